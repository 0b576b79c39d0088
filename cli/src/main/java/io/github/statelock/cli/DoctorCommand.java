package io.github.statelock.cli;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable;
import io.github.statelock.spi.Inspectable.Finding;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Proves that a store does what locks and states need, with a key of its own, and looks at its settings. */
@Command(
        name = "doctor",
        header = "Check what a store enforces, permits and lacks.",
        description =
                "Proves that the store refuses what it must refuse, that locks can be taken, renewed and released, and that"
                        + " history is on; looks for settings that are unsafe. Works with a key of its own, and leaves"
                        + " nothing behind. Takes as long as one renewal of the shortest lease. Exits with 0 if no check"
                        + " failed, else with 1.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock doctor",
            "  statelock doctor --prefix prod/ --json | jq '.checks[] | select(.status != \"ok\")'"
        })
final class DoctorCommand implements Callable<Integer> {

    private final Statelock root;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            defaultValue = "statelock-doctor/",
            description = "Where the key is made, for credentials that may not write everywhere. By default"
                    + " statelock-doctor/; a random part follows.")
    private String prefix;

    DoctorCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        StateKey key = key();
        URI uri = root.store();
        root.requireThere(uri);
        if ("tfdir".equalsIgnoreCase(uri.getScheme())) {
            throw new UsageException("doctor proves what a store of Statelock's enforces; " + StorePlaces.name(uri)
                    + " is locked by the operating system.");
        }
        DoctorReport report = new DoctorReport(root.output);
        try (StateBackend one = StateBackends.open(uri);
                StateBackend other = StateBackends.open(uri)) {
            // The first request: where it is denied or not served there is nothing to diagnose, and the error says it
            // all.
            boolean there = one.states().read(key).isPresent();
            report.add(Finding.ok("read", there ? "the key is there already" : "the store answers"));
            examine(one, other, key, report);
        } catch (BackendMisconfiguredException e) {
            if (StorePlaces.isNotUnderstood(e)) {
                throw new UsageException(e);
            }
            report.add(Finding.fail("open", String.valueOf(e.getMessage())));
        }
        return report.finish();
    }

    private StateKey key() {
        try {
            return StateKey.of(prefix + UUID.randomUUID());
        } catch (IllegalArgumentException e) {
            throw new UsageException("No key can begin with the prefix: " + e.getMessage());
        }
    }

    private static void examine(StateBackend one, StateBackend other, StateKey key, DoctorReport report)
            throws InterruptedException {
        StateChecks states = new StateChecks(one, other, key, report);
        LockChecks locks = new LockChecks(one, other, key, report);
        try {
            states.run();
            locks.run();
            if (one instanceof Inspectable store) {
                store.inspect().forEach(report::add);
            }
        } finally {
            boolean interrupted = Thread.interrupted();
            report.add(
                    states.mayHaveWritten() || locks.mayHaveTaken()
                            ? cleanUp(one, locks, key)
                            : Finding.ok("clean up", "nothing was written"));
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Finding cleanUp(StateBackend store, LockChecks locks, StateKey key) {
        List<String> left = new ArrayList<>(locks.giveBack());
        try {
            store.states().delete(key, WriteCondition.unconditional());
        } catch (RuntimeException e) {
            left.add("the state \"" + key + "\": " + e.getMessage());
        }
        if (!left.isEmpty()) {
            return Finding.fail("clean up", "left behind: " + String.join("; ", left));
        }
        if (store instanceof Inspectable kept) {
            left.addAll(kept.purge(key));
        }
        return left.isEmpty()
                ? Finding.ok("clean up", "nothing is left of \"" + key + "\"")
                : Finding.warn("clean up", "left behind: " + String.join("; ", left));
    }
}
