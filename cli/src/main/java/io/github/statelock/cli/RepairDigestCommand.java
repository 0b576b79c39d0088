package io.github.statelock.cli;

import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.s3.S3Backend;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a state's digest follow the state. */
@Command(
        name = "repair-digest",
        header = "Make the digest of a state follow it (S3 with a table).",
        description =
                "Makes the digest in the DynamoDB table follow the state in the bucket, under the state's lock: for a"
                        + " state that is refused since its digest is another's. First make sure that the state is the right one,"
                        + " and not an older or a damaged one.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock repair-digest prod/network.tfstate"})
final class RepairDigestCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    RepairDigestCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (StateBackend backend = root.open()) {
            if (!(backend instanceof S3Backend s3)) {
                throw new UsageException("Only a store in S3 with a DynamoDB table keeps digests.");
            }
            repair(s3);
            State state = backend.states()
                    .read(key)
                    .orElseThrow(() -> new FailureException(
                            "There is no state \"" + key + "\"; a digest that was left behind is removed."));
            root.output.result(
                    "The digest of \"" + key + "\" follows its state:\n" + States.describe(state),
                    Json.object().with("key", key).with("state", States.json(state)));
            return ExitCodes.DONE;
        }
    }

    private void repair(S3Backend s3) throws InterruptedException {
        Optional<String> held = change.lockId(root, key);
        if (held.isPresent()) {
            s3.repairDigest(key, held.get());
            return;
        }
        change.take(root, "repair-digest", options -> {
            s3.repairDigest(key, options);
            return key;
        });
    }
}
