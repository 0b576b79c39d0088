package io.github.statelock.cli;

import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists locks. */
@Command(
        name = "locks",
        header = "List the locks.",
        description =
                "Lists the locks, one to a line: the key, who holds it, what for, since when, its ID and its lease.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock locks --json | jq -r '.locks[] | select(.leaseMillis == null) | .key'"})
final class LocksCommand implements Callable<Integer>, ReadsOnly {

    private final Statelock root;

    @Mixin
    private PrefixParameter prefix = new PrefixParameter();

    LocksCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (StateBackend backend = root.open()) {
            List<ObservedLock> locks = backend.locks().list(prefix.text);
            root.output.rows(
                    "locks",
                    locks.stream().map(LocksCommand::line).toList(),
                    locks.stream().map(Locks::json).toList());
            return ExitCodes.DONE;
        }
    }

    private static String line(ObservedLock lock) {
        return Printable.line(lock.key().value()) + "  " + Locks.line(lock) + ", lease " + Locks.lease(lock);
    }
}
