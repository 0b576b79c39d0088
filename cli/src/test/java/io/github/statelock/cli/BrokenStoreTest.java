package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.cli.BrokenBackend.Defect;
import io.github.statelock.local.MemoryBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How commands end at a store that does not do what it should. */
class BrokenStoreTest {

    @TempDir
    private Path folder;

    private final String name = "broken-" + UUID.randomUUID();

    private Cli.Result run(Defect defect, String... args) {
        return InProcess.run(Texts.concat(args, "--store", "broken:" + name + "?" + defect));
    }

    private String file() throws Exception {
        return Files.write(folder.resolve("state"), Texts.state(1, "").getBytes(UTF_8))
                .toString();
    }

    @Test
    void anUnknownOutcomeExitsWith8() throws Exception {
        Cli.Result result =
                run(Defect.WRITES_WITHOUT_ANSWER, "push", "k", file()).exits(8);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).isEqualTo("statelock: Whether it was written is not known.\n");
        assertThat(run(Defect.WRITES_WITHOUT_ANSWER, "push", "k", file(), "--json")
                        .exits(8)
                        .err())
                .startsWith("{\"error\":{\"kind\":\"outcome_unknown\",\"exitCode\":8,");
    }

    @Test
    void aMissingPermissionExitsWith6() throws Exception {
        assertThat(run(Defect.DENIES_LOCKS, "acquire", "k").exits(6).err())
                .isEqualTo("statelock: The policy must allow locks.\n");
        assertThat(run(Defect.DENIES_EVERYTHING, "show", "k", "--json").exits(6).err())
                .startsWith("{\"error\":{\"kind\":\"denied\",\"exitCode\":6,");
    }

    @Test
    void thereIsAStackTraceForThoseWhoAskForOneOnly() {
        assertThat(run(Defect.DENIES_LOCKS, "acquire", "k").err()).doesNotContain("\tat ");
        assertThat(run(Defect.DENIES_LOCKS, "acquire", "k", "--verbose")
                        .exits(6)
                        .err())
                .startsWith("statelock: The policy must allow locks.\n")
                .contains("BackendDeniedException", "\tat io.github.statelock.");
        assertThat(run(Defect.DENIES_LOCKS, "acquire", "k", "--verbose", "--json")
                        .err())
                .contains("\n{\"trace\":\"io.github.statelock.BackendDeniedException");
    }

    @Test
    void aSweepShowsWhatItRemovedBeforeItFailed() throws Exception {
        try (StateBackend store = MemoryBackend.open(name)) {
            store.locks().acquire(StateKey.of("k"), LockOptions.operation("test"));
            Cli.Result result = run(Defect.SWEEPS_IN_PART, "sweep").exits(6);
            assertThat(result.out()).startsWith("k  ");
            assertThat(result.err()).isEqualTo("statelock: The policy must allow deletes.\n");
            assertThat(run(Defect.SWEEPS_IN_PART, "sweep", "--json").exits(6).out())
                    .startsWith("{\"removed\":[{\"key\":\"k\"");
        }
    }
}
