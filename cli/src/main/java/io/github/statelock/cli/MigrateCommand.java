package io.github.statelock.cli;

import io.github.statelock.StateStore;
import io.github.statelock.cli.Migration.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Copies states to another store. How, and what is left when it is stopped: {@link Migration}. */
@Command(
        name = "migrate",
        header = "Copy states to another store.",
        description =
                "Copies states to another store. Each state is locked on both sides, copied, read back and compared byte for"
                        + " byte. The source is not changed. A state that the target has already is left alone; one that"
                        + " differs there is not overwritten without --force, and the others go on. A run that was"
                        + " stopped is completed by the same command. Exits with the code of the first state that failed,"
                        + " and with 1 where nothing was found, or --all had to leave a state out.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock migrate --from file:///var/lib/states --to 's3://bucket/states?dynamodb_table=locks' --all --dry-run",
            "  statelock migrate --from 's3://states/prod' --to gs://states/prod --all --terraform --wait 5m",
            "  statelock migrate --from tfdir:///home/me/network --to azblob://states@account terraform.tfstate=network.tfstate"
        })
final class MigrateCommand implements Callable<Integer> {

    /** A store that is gone would keep each key waiting for its deadline. */
    private static final int MOST_UNREACHABLE = 3;

    private final Statelock root;

    @Option(names = "--from", required = true, paramLabel = "URI", description = "The store to copy from.")
    private URI from;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "URI",
            description =
                    "The store to copy to. tfdir:///path is a folder of the tools' own local states, on either side.")
    private URI to;

    @Parameters(
            index = "0..*",
            arity = "0..*",
            paramLabel = "KEY[=KEY]",
            description =
                    "The states' keys; after an equals sign what a state is called at the target. An equals sign in a"
                            + " key is written \\=. On S3 env:/WORKSPACE/KEY is a state of that workspace.")
    private List<String> keys = new ArrayList<>();

    @Option(names = "--all", description = "All states of the source, those of all workspaces among them.")
    private boolean all;

    @Option(
            names = "--map",
            paramLabel = "FILE",
            description = "States and what they are called at the target: KEY=KEY, one to a line.")
    private @Nullable Path map;

    @ArgGroup
    private @Nullable Names names;

    /** What states are called at the target that are given no name there. */
    private static final class Names {
        @Option(
                names = "--terraform",
                description = "Call each state at the target what Terraform and OpenTofu call it there, and print the"
                        + " backend blocks for it. Keys of the states and workspaces differ between s3, azurerm, gcs,"
                        + " http and local.")
        private boolean terraform;

        @Option(names = "--keep-keys", description = "Call each state at the target by the key that it has.")
        private boolean keepKeys;
    }

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
    public Integer call() throws IOException {
        MigrationNames wanted = new MigrationNames(from, to, mode());
        wanted.ask(keys);
        if (map != null) {
            wanted.askAll(map);
        }
        requireSense(wanted);
        boolean targetExists = !StorePlaces.isMissing(to);
        try (MigrationStore source = store(from)) {
            if (dryRun && !targetExists) {
                return run(wanted, source, source, false);
            }
            try (MigrationStore target = store(to)) {
                return run(wanted, source, target, true);
            }
        }
    }

    private MigrationNames.Mode mode() {
        if (names == null) {
            return MigrationNames.Mode.UNDECIDED;
        }
        return names.terraform
                ? MigrationNames.Mode.TERRAFORM
                : names.keepKeys ? MigrationNames.Mode.KEYS : MigrationNames.Mode.UNDECIDED;
    }

    private void requireSense(MigrationNames wanted) {
        if (root.isStoreNamed()) {
            throw new UsageException("migrate has two stores, --from and --to: leave --store out.");
        }
        if (all ? wanted.hasUnmapped() : wanted.isEmpty()) {
            throw new UsageException("Name the states to migrate, or all of them with --all, and not both.");
        }
        if (StorePlaces.areOne(from, to)) {
            throw new UsageException("--from and --to are the same store: " + StorePlaces.name(from));
        }
        if (StorePlaces.isMissing(from)) {
            throw new UsageException("There is no folder " + from.getPath() + " to migrate from.");
        }
        if (mode() == MigrationNames.Mode.TERRAFORM
                && (MigrationStore.isOneWorkspace(from) || MigrationStore.isOneWorkspace(to))) {
            throw new UsageException("--terraform goes through all workspaces: leave workspace= out of the URI.");
        }
    }

    private MigrationStore store(URI uri) {
        return new MigrationStore(uri, mode() != MigrationNames.Mode.KEYS, root::open);
    }

    private int run(MigrationNames wanted, MigrationStore source, MigrationStore target, boolean targetExists) {
        List<StateStore.LeftOut> leftOut = new ArrayList<>();
        if (all) {
            wanted.decideAll(source.names(leftOut));
        } else {
            wanted.decideNamed();
        }
        List<Move> moves = wanted.moves();
        MigrationReport report = new MigrationReport(root.output, moves.size());
        leftOut.forEach(left -> report.skip(left.name(), left.reason()));
        wanted.unnamed().forEach(name -> report.skip(name, wanted.isNotTerraforms(name)));
        try {
            Migration migration = new Migration(source, target, waiting, root.output, force);
            copyAll(moves, move -> dryRun ? migration.rehearse(move, targetExists) : migration.copy(move, all), report);
        } catch (InterruptedException e) {
            // While it waited for a lock: nothing was taken, and the rest counts as not tried.
        }
        return report.finish(dryRun, mode() == MigrationNames.Mode.TERRAFORM ? Optional.of(to) : Optional.empty());
    }

    /** One state's migration. */
    @FunctionalInterface
    private interface Step {
        Result run(Move move) throws InterruptedException;
    }

    private static void copyAll(List<Move> chosen, Step step, MigrationReport report) throws InterruptedException {
        int unreachable = 0;
        for (Move move : chosen) {
            if (Thread.currentThread().isInterrupted() || unreachable == MOST_UNREACHABLE) {
                return;
            }
            report.next(move);
            Result result = step.run(move);
            report.add(result);
            unreachable = result.isUnreachable() ? unreachable + 1 : 0;
        }
    }
}
