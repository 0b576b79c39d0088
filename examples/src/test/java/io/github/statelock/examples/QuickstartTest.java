package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real-time")
class QuickstartTest {

    @Test
    void theWholeStoryHappensOnAFolder(@TempDir Path folder) throws Exception {
        assertThat(Quickstart.run("--store", folder.toUri().toString())).isZero();
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.filter(file -> file.endsWith("lock"))).isEmpty();
        }
    }

    @Test
    void wrongArgumentsAreAnsweredWithTheUsage() throws Exception {
        assertThat(Quickstart.run("--stroe", "file:///nowhere")).isEqualTo(2);
        assertThat(Quickstart.run("--store")).isEqualTo(2);
        assertThat(Quickstart.run("--store", "mem:one-process")).isEqualTo(2);
        assertThat(Quickstart.run("--store", "not a uri")).isEqualTo(2);
    }

    @Test
    void aStoreThatNobodyOpensIsAFailureAndNotAStory() throws Exception {
        assertThat(Quickstart.run("--store", "ftp://somewhere")).isEqualTo(1);
    }
}
