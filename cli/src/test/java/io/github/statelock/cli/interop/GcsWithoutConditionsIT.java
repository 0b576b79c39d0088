package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli.Result;
import io.github.statelock.testkit.TestServers;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code backend "gcs"} at a server that ignores the conditions of deletes: OpenTofu trusts it, and we refuse it. */
@Tag("interop")
final class GcsWithoutConditionsIT {

    @TempDir
    Path folder;

    @Test
    void openTofuUnlocksByAnyIdThereAndWeDoNotLock() throws Exception {
        try (SharedStore store = new GcsStore(TestServers.gcsSecond())) {
            Tofu tofu = Tofu.in(folder.resolve("tofu"), store, "");
            tofu.apply("one").exits(0);
            Result refused = InteropContract.cli(store)
                    .run("lock", store.key(), "--", "echo", "never printed")
                    .exits(1);
            Transcript.of(store, "statelock lock, at fake-gcs-server", refused);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err()).contains("ignores the preconditions of");
            assertThat(store.residue()).isEmpty();

            Gate gate = new Gate(folder, "theirs");
            try (var theirs = tofu.with("command", gate.command()).startApply("two")) {
                theirs.awaitOut(Gate.REACHED);
                Result wrong = tofu.run("force-unlock", "-no-color", "-force", "1");
                Transcript.of(store, "tofu force-unlock -force 1, at fake-gcs-server", wrong);
                wrong.exits(0);
                assertThat(store.residue()).isEmpty();
                gate.open();
                theirs.result();
            }
        }
    }
}
