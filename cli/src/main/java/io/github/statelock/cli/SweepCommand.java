package io.github.statelock.cli;

import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Removes the locks of dead holders. */
@Command(
        name = "sweep",
        description =
                "Watches the leased locks for their lease and margin, and removes those that were not renewed: their"
                        + " holders are dead. Locks without lease are never touched.",
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
            List<ObservedLock> removed = backend.locks().sweep(prefix.text);
            root.output.rows(
                    "removed",
                    removed.stream()
                            .map(lock -> Printable.line(lock.key().value()) + "  " + Locks.line(lock))
                            .toList(),
                    removed.stream().map(Locks::json).toList());
            return ExitCodes.DONE;
        }
    }
}
