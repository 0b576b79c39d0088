package io.github.statelock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StateBackendsTest {

    private static final StateKey KEY = StateKey.of("key");

    @ParameterizedTest
    @CsvSource({
        "s3://bucket/prefix, s3, statelock-s3",
        "azblob://account/container, azblob, statelock-azure",
        "gs://bucket, gs, statelock-gcs",
        "GS://bucket, gs, statelock-gcs"
    })
    void aKnownSchemeThatIsNotThereNamesTheArtifact(String uri, String scheme, String artifact) {
        assertRefused(uri)
                .withMessageContaining("No backend on the classpath opens \"" + scheme + ":\"")
                .withMessageContaining("On the classpath: file, mem, tfdir.")
                .withMessageContaining("Add the dependency io.github.statelock:" + artifact + ".");
    }

    @Test
    void anUnknownSchemeNamesThoseOnTheClasspathAndNoArtifact() {
        assertRefused("redis://user:secret@host/0")
                .withMessageContaining("opens \"redis:\"")
                .withMessageContaining("On the classpath: file, mem, tfdir.")
                .withMessageNotContaining("Add the dependency")
                .withMessageNotContaining("secret");
    }

    @Test
    void withoutSchemeTheErrorSaysThatOneIsMissing() {
        assertRefused("var/lib/states")
                .withMessageContaining("needs a scheme, \"var/lib/states\" has none")
                .withMessageContaining("On the classpath: file, mem, tfdir.");
    }

    @Test
    void aMemoryBackendIsSharedByItsName() {
        try (StateBackend one = StateBackends.open(URI.create("mem:shared-by-name"));
                StateBackend same = StateBackends.open(URI.create("MEM:shared-by-name"));
                StateBackend other = StateBackends.open(URI.create("mem:another-name"))) {
            one.states().write(KEY, new byte[] {1}, WriteCondition.ifAbsent());
            assertThat(same.states().read(KEY)).isPresent();
            assertThat(other.states().read(KEY)).isEmpty();
        }
    }

    @Test
    void aFileBackendOpensItsFolder(@TempDir Path folder) {
        try (StateBackend backend = StateBackends.open(folder.resolve("states").toUri())) {
            backend.states().write(KEY, new byte[] {1}, WriteCondition.ifAbsent());
        }
        try (StateBackend again = StateBackends.open(folder.resolve("states").toUri())) {
            assertThat(again.states().read(KEY)).isPresent();
        }
    }

    @Test
    void theProvidersOfThisClassesLoaderAreSeenWithoutAContextLoader() {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        try (StateBackend backend = StateBackends.open(URI.create("mem:another-loader"))) {
            assertThat(backend.capabilities().leases()).isTrue();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static ThrowableAssertAlternative<BackendMisconfiguredException> assertRefused(String uri) {
        return assertThatExceptionOfType(BackendMisconfiguredException.class)
                .isThrownBy(() -> StateBackends.open(URI.create(uri)));
    }
}
