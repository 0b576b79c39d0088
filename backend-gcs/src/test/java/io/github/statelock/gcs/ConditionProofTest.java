package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.engine.EngineOptions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stores that ignore preconditions are found out before anybody relies on them. */
@Tag("real-time")
class ConditionProofTest {

    private final StateKey key = StateKey.of("proof/" + UUID.randomUUID());

    @Test
    void aStoreThatHonoursAllConditionsPassesAndKeepsNoProbe() {
        Gcs gcs = Gcs.main();
        GcsObjects objects =
                new GcsObjects(gcs.clients().locks(), GcsNames.of(gcs.bucket(), "proved/" + key), Optional.empty());
        assertThatCode(new ConditionProof(objects)::run).doesNotThrowAnyException();
        List<String> left = new ArrayList<>();
        objects.list("proved/", object -> left.add(object.getName()));
        assertThat(left).isEmpty();
    }

    /** fake-gcs-server: a delete on condition of another generation deletes all the same. */
    @Test
    void aStoreThatIgnoresTheConditionsOfDeletesAndPatchesIsRefused() {
        Gcs second = Gcs.second();
        second.insert("raw", new byte[] {1}, "");
        assertThat(second.delete("raw", "?ifGenerationMatch=7").statusCode()).isBetween(200, 204);
        try (GcsBackend backend =
                GcsBackend.builder(second.bucket()).endpoint(second.server()).build()) {
            LockOptions options = LockOptions.builder().noLease().build();
            assertThatThrownBy(() -> backend.locks().tryAcquire(key, options))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("ignores the preconditions");
            assertThatThrownBy(() -> backend.states()
                            .write(key, "x".getBytes(StandardCharsets.UTF_8), WriteCondition.ifAbsent()))
                    .isInstanceOf(BackendMisconfiguredException.class);
            assertThat(backend.locks().list("")).isEmpty();
            assertThat(backend.states().list("")).isEmpty();
        }
    }

    @Test
    void onlyGooglesOwnStoreIsTrustedUnasked() {
        Gcs gcs = Gcs.main();
        assertThat(gcs.clients().isForeign()).isTrue();
        Storage google = StorageOptions.http()
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("p")
                .build()
                .getService();
        assertThat(GcsClients.like(google, EngineOptions.builder().build(), Map.of())
                        .isForeign())
                .isFalse();
    }
}
