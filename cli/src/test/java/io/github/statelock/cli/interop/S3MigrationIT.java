package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli.Running;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** We lock by table and by file, and OpenTofu knows only one of them yet, or only one of them still. */
@Tag("interop")
final class S3MigrationIT {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoKnowsOneHalfIsKeptOutAndKeepsOut(boolean table) throws Exception {
        try (S3Store both = S3Store.withBoth()) {
            S3Store half = both.seenBy(table, !table);
            Tofu tofu = Tofu.in(folder.resolve("tofu"), half, "");
            tofu.apply("one").exits(0);
            Gate gate = new Gate(folder, "ours");
            Running ours = InteropContract.cli(both)
                    .start("lock", both.key(), "--operation", "deploy", "--", "sh", "-c", gate.command())
                    .awaitOut(Gate.REACHED);
            assertThat(tofu.apply("two", "-lock-timeout=0s").exits(1).err()).contains("Operation: deploy");
            gate.open();
            ours.result().exits(0);

            Gate theirGate = new Gate(folder, "theirs");
            Running theirs =
                    tofu.with("command", theirGate.command()).startApply("two").awaitOut(Gate.REACHED);
            assertThat(InteropContract.cli(both)
                            .run("lock", both.key(), "--", "true")
                            .exits(3)
                            .err())
                    .contains("OperationTypeApply");
            theirGate.open();
            theirs.result().exits(0);
            assertThat(both.residue()).isEmpty();
        }
    }
}
