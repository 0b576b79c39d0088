package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Releases a lock that 'acquire' took. */
@Command(
        name = "unlock",
        header = "Release a lock that acquire took.",
        description =
                "Releases a lock that 'statelock acquire' took. Exits with 4 if the key is not locked any more, and with"
                        + " 5 if somebody else holds it: then others may have worked meanwhile. Exits with 3 if the lock has a"
                        + " lease: its holder renews it, and 'statelock force-unlock' frees it if the holder is dead.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock unlock prod/network.tfstate \"$id\""})
final class UnlockCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Parameters(index = "1", paramLabel = "ID", description = "The ID that 'statelock acquire' printed.")
    private String id;

    UnlockCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (StateBackend backend = root.open()) {
            attach(backend).release();
            root.output.result(
                    "Released the lock " + id + " of \"" + key + "\".",
                    Json.object().with("key", key).with("id", id).with("released", true));
            return ExitCodes.DONE;
        }
    }

    private HeldLock attach(StateBackend backend) {
        try {
            return backend.locks().attach(key, id);
        } catch (LockHeldException e) {
            throw new LeasedException(e);
        }
    }
}
