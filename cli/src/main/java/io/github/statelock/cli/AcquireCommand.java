package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a lock and leaves it, for scripts. */
@Command(
        name = "acquire",
        header = "Take a lock that stays until it is released.",
        description = "Takes the lock of a state, prints its ID and exits. The lock has no lease: it is held until"
                + " 'statelock unlock' or 'statelock force-unlock' removes it, even if the machine dies. 'statelock push',"
                + " 'rm', 'rollback' and 'repair-digest' work under it with --lock-id. Prefer 'statelock lock' where one"
                + " command does the work.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  id=$(statelock acquire prod/network.tfstate --operation deploy)",
            "  trap 'statelock unlock prod/network.tfstate \"$id\"' EXIT",
            "  statelock push prod/network.tfstate new.tfstate --lock-id \"$id\""
        })
final class AcquireCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Option(
            names = "--operation",
            paramLabel = "TEXT",
            defaultValue = "acquire",
            description = "What is done under the lock, for those who are refused. By default \"acquire\".")
    private String operation;

    @Option(names = "--info", paramLabel = "TEXT", defaultValue = "", description = "Anything more to tell them.")
    private String info;

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    AcquireCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (StateBackend backend = root.openOrMake()) {
            HeldLock lock = waiting.take(
                    waiting.builder(operation).info(info).noLease(),
                    root.output,
                    options -> backend.locks().acquire(key, options));
            String id = lock.info().id();
            root.output.result(id, Json.object().with("key", key).with("id", id));
            if (root.output.isBroken()) { // before it is let go of: nobody could unlock it
                lock.release();
                throw Output.broken(" The lock was released again.");
            }
            lock.detach();
            return ExitCodes.DONE;
        }
    }
}
