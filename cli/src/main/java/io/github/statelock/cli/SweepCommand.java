package io.github.statelock.cli;

import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Removes the locks of dead holders. */
@Command(
        name = "sweep",
        header = "Remove the locks of dead holders.",
        description =
                "Watches the leased locks for their lease and margin, and removes those that were not renewed: their"
                        + " holders are dead. Locks without lease are never touched. One that cannot be removed does not keep"
                        + " the others; the exit code is that of the first of them.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock sweep prod/"})
final class SweepCommand implements Callable<Integer> {

    private final Statelock root;

    @Mixin
    private PrefixParameter prefix = new PrefixParameter();

    SweepCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (StateBackend backend = root.open()) {
            List<ObservedLock> removed = new ArrayList<>();
            try {
                backend.locks().sweep(prefix.text, removed::add);
            } finally {
                report(removed); // whatever became of the others
            }
            return ExitCodes.DONE;
        }
    }

    private void report(List<ObservedLock> removed) {
        root.output.rows(
                "removed",
                removed.stream()
                        .map(lock -> Printable.line(lock.key().value()) + "  " + Locks.line(lock))
                        .toList(),
                removed.stream().map(Locks::json).toList());
    }
}
