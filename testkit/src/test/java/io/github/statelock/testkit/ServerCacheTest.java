package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerCacheTest {

    @TempDir
    private Path root;

    private final AtomicInteger installs = new AtomicInteger();

    @Test
    void installsOnce() throws IOException {
        ServerCache cache = new ServerCache(root.resolve("new"));
        Path folder = cache.install("x-1", this::install);
        assertThat(cache.install("x-1", this::install)).isEqualTo(folder);
        assertThat(folder.resolve("program")).hasContent("1");
        assertThat(cache.install("x-2", this::install).resolve("program")).hasContent("2");
    }

    @Test
    void aFailedInstallLeavesNothingBehindAndIsTriedAgain() throws IOException {
        ServerCache cache = new ServerCache(root);
        assertThatThrownBy(() -> cache.install("x-1", folder -> {
                    install(folder);
                    throw new ServerNotInstalledException("Offline.");
                }))
                .isInstanceOf(ServerNotInstalledException.class);
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).extracting(file -> file.getFileName().toString()).containsExactly("x-1.lock");
        }
        assertThat(cache.install("x-1", this::install).resolve("program")).hasContent("2");
    }

    @Test
    void theDraftOfABuildThatWasKilledIsNotTakenForTheRealOne() throws IOException {
        Files.createDirectories(root.resolve("x-1.123456"));
        assertThat(new ServerCache(root).install("x-1", this::install).resolve("program"))
                .hasContent("1");
    }

    private void install(Path folder) throws IOException {
        Files.writeString(folder.resolve("program"), Integer.toString(installs.incrementAndGet()));
    }
}
