package io.github.statelock.cli;

import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.cli.Migration.Result;
import io.github.statelock.cli.Migration.Side;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies states to another store. How, and what is left when it is stopped: {@link Migration}. */
@Command(
        name = "migrate",
        description =
                "Copies states to another store. Each state is locked on both sides, copied, read back and compared byte for"
                        + " byte. The source is not changed. A state that the target has already is left alone; one that"
                        + " differs there is not overwritten without --force, and the others go on. A run that was"
                        + " stopped is completed by the same command. Exits with the code of the first state that failed.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock migrate --from file:///var/lib/states --to 's3://bucket/states?dynamodb_table=locks' --all --dry-run",
            "  statelock migrate --from gs://old/network --to azblob://states@account/network default.tfstate --wait 5m"
        })
final class MigrateCommand implements Callable<Integer> {

    /** A store that is gone would keep each key waiting for its deadline. */
    private static final int MOST_UNREACHABLE = 3;

    private final Statelock root;

    @Option(names = "--from", required = true, paramLabel = "URI", description = "The store to copy from.")
    private URI from;

    @Option(names = "--to", required = true, paramLabel = "URI", description = "The store to copy to.")
    private URI to;

    @Parameters(index = "0..*", arity = "0..*", paramLabel = "KEY", description = "The states' keys.")
    private List<StateKey> keys = new ArrayList<>();

    @Option(names = "--all", description = "All states of the source instead of named ones.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say what would happen; change nothing, and take no lock.")
    private boolean dryRun;

    @Option(names = "--force", description = "Overwrite what differs at the target.")
    private boolean force;

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    MigrateCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        if (all == !keys.isEmpty()) {
            throw new UsageException("Name the states to migrate, or all of them with --all, and not both.");
        }
        if (StorePlaces.areOne(from, to)) {
            throw new UsageException("--from and --to are the same store: " + StorePlaces.name(from));
        }
        if (StorePlaces.isMissing(from)) {
            throw new UsageException("There is no folder " + from.getPath() + " to migrate from.");
        }
        boolean targetExists = !StorePlaces.isMissing(to);
        try (StateBackend source = root.open(from)) {
            if (dryRun && !targetExists) {
                return run(new Side(from, source), new Side(to, source), false);
            }
            try (StateBackend target = root.open(to)) {
                return run(new Side(from, source), new Side(to, target), true);
            }
        }
    }

    private int run(Side source, Side target, boolean targetExists) {
        List<StateKey> chosen = all ? source.backend().states().list("") : List.copyOf(new LinkedHashSet<>(keys));
        MigrationReport report = new MigrationReport(root.output, chosen.size());
        try {
            Migration migration = new Migration(source, target, waiting, root.output, force);
            copyAll(chosen, key -> dryRun ? migration.rehearse(key, targetExists) : migration.copy(key, all), report);
        } catch (InterruptedException e) {
            // While it waited for a lock: nothing was taken, and the rest counts as not tried.
        }
        return report.finish(dryRun);
    }

    /** One state's migration. */
    @FunctionalInterface
    private interface Step {
        Result run(StateKey key) throws InterruptedException;
    }

    private static void copyAll(List<StateKey> chosen, Step step, MigrationReport report) throws InterruptedException {
        int unreachable = 0;
        for (StateKey key : chosen) {
            if (Thread.currentThread().isInterrupted() || unreachable == MOST_UNREACHABLE) {
                return;
            }
            report.next(key);
            Result result = step.run(key);
            report.add(result);
            unreachable = result.isUnreachable() ? unreachable + 1 : 0;
        }
    }
}
