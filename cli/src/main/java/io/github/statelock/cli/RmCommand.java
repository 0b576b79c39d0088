package io.github.statelock.cli;

import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Deletes a state. */
@Command(
        name = "rm",
        header = "Delete a state.",
        description = "Deletes a state under its lock. Its old versions stay where the store keeps them.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock rm scratch/old.tfstate"})
final class RmCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    RmCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (StateBackend backend = root.open();
                LockedState locked = change.lock(root, backend, key, "rm")) {
            boolean there = isThere(locked);
            locked.delete();
            root.output.result(
                    there ? "Deleted \"" + key + "\"." : "There was no state \"" + key + "\".",
                    Json.object().with("key", key).with("deleted", there));
            return ExitCodes.DONE;
        }
    }

    private static boolean isThere(LockedState locked) {
        try {
            return locked.read().isPresent();
        } catch (StateCorruptException e) {
            return true; // to be deleted all the same
        }
    }
}
