package io.github.statelock.cli;

import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockManager;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Removes a lock that its holder will not release. */
@Command(
        name = "force-unlock",
        header = "Remove the lock of a dead holder.",
        description =
                "Shows who holds the lock of a state, asks, and removes it. Only for holders that are known to be dead:"
                        + " a living one would go on working while another starts.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock force-unlock prod/network.tfstate 6f1f2c1e-8b3d-4c57-9b43-0f5a3a4f2f10"})
final class ForceUnlockCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Parameters(
            index = "1",
            paramLabel = "ID",
            description = "The lock's ID as errors and 'statelock show' print it; on Google Cloud Storage also the"
                    + " generation that Terraform prints.")
    private String id;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    ForceUnlockCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (StateBackend backend = root.open()) {
            Optional<ObservedLock> holder = backend.locks().inspect(key);
            if (holder.isEmpty()) {
                return report("\"" + key + "\" is not locked.", false);
            }
            String named = rawId(holder.get());
            if (!yes) {
                requireNamed(backend.locks(), named);
                if (!agreed(holder.get())) {
                    throw new FailureException("Not unlocked.");
                }
            }
            return backend.locks().forceUnlock(key, named)
                    ? report("Removed the lock " + Shell.escape(id) + " of \"" + key + "\".", true)
                    : report("\"" + key + "\" is not locked any more.", false);
        }
    }

    /** The ID, where it was given as it is shown. */
    private String rawId(ObservedLock holder) {
        return holder.info()
                .map(LockInfo::id)
                .filter(actual -> Shell.escape(actual).equals(id))
                .orElse(id);
    }

    /** Refuses an ID that is not the holder's before anybody is asked about a lock that was not meant. */
    private void requireNamed(LockManager locks, String named) {
        try {
            locks.attach(key, named).detach(); // reads only
        } catch (LockHeldException | LockLostException e) {
            // It is named, and has a lease, or is not whole.
        } catch (LockIdMismatchException e) {
            ObservedLock actual = e.actual();
            if (actual.info().isPresent()
                    || !actual.version().equals(named)) { // an unreadable one is named by its version
                throw e;
            }
        }
    }

    private int report(String text, boolean removed) {
        root.output.result(text, Json.object().with("key", key).with("removed", removed));
        return ExitCodes.DONE;
    }

    private boolean agreed(ObservedLock holder) throws IOException, InterruptedException {
        if (!Terminal.canAnswer()) {
            throw new UsageException("There is no terminal to ask at: give --yes to remove the lock of \"" + key
                    + "\", which is held by " + Locks.line(holder) + ".");
        }
        root.output.note(
                "The lock of \"" + key + "\":\n" + Locks.describe(holder)
                        + "\nIf its holder lives, it will go on working while another starts."
                        + "\nType \"yes\" to remove it:",
                Json.object().with("question", "remove").with("holder", Locks.json(holder)));
        return "yes".equals(StandardInput.line());
    }
}
