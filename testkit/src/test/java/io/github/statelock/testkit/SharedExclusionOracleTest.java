package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.FencingToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The oracle in a folder tells an overlap from a holder that was killed. */
class SharedExclusionOracleTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private SharedExclusionOracle oracle() {
        return new SharedExclusionOracle(folder);
    }

    @Test
    void oneAfterTheOtherIsFineAndCounted() {
        oracle().visit("a", Optional.of(new FencingToken(1)));
        oracle().visit("b", Optional.of(new FencingToken(5)));
        assertThat(oracle().violations()).isEmpty();
        assertThat(oracle().count()).isEqualTo(2);
    }

    @Test
    void twoInsideAreNamedAndTheirIncrementIsLost() {
        oracle().inside("first", Optional.empty(), () -> {
            oracle().visit("second", Optional.empty());
            return true;
        });
        assertThat(oracle().violations())
                .anySatisfy(line -> assertThat(line)
                        .contains("two holders at once")
                        .contains("first")
                        .contains("second"));
        assertThat(oracle().count()).isEqualTo(1);
    }

    @Test
    void aTokenThatDoesNotGrowIsNamed() {
        oracle().visit("a", Optional.of(new FencingToken(2)));
        oracle().visit("b", Optional.of(new FencingToken(2)));
        assertThat(oracle().violations()).singleElement().asString().contains("token 2 after 2");
    }

    @Test
    void whoWasKilledInsideIsNoOverlap() throws IOException, InterruptedException {
        Process gone = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        gone.waitFor();
        Files.writeString(folder.resolve("inside"), gone.pid() + " killed");
        oracle().visit("next", Optional.empty());
        assertThat(oracle().violations()).isEmpty();
        assertThat(oracle().count()).isEqualTo(1);
    }
}
