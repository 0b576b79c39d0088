package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackend.Capabilities;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs a command under a lock. */
@Command(
        name = "lock",
        header = "Run a command under a lock.",
        description = {
            "Runs a command under the lock of a state and returns the command's exit code.",
            "",
            "The command finds STATELOCK_ID, STATELOCK_KEY, STATELOCK_STORE and, with --fencing, STATELOCK_FENCE in its"
                    + " environment. Signals are passed on to it; those that were ignored at the start (nohup) stay"
                    + " ignored.",
            "",
            "The command must not take the same lock again: it would be refused by its own job. Run terraform or tofu with"
                    + " -lock=false in it if their state is the one that is locked, or run them without 'statelock lock'.",
            "",
            "Inside the command, 'statelock push', 'rm', 'rollback' and 'repair-digest' of the same key and store work under"
                    + " this lock. They exit with 4 or 5 and change nothing if it is lost.",
            "",
            "Without --wait it does not wait for a living holder. Whether the holder of a lease lives shows only by watching"
                    + " it: that takes up to the lease, its margin and one poll. --try does not watch, and fails at once."
        },
        exitCodeListHeading =
                "%nExit codes: those of 'statelock' if the command was not run, such as 3 if the lock is held;"
                        + " afterwards%n",
        exitCodeList = {
            " 0-255:the command's own",
            "   127:the command could not be started",
            " 128+N:signal N ended the command: 129 HUP, 130 INT, 137 KILL, 143 TERM",
            "     4:the lock was lost, whatever the command's own code was"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock lock prod/network.tfstate -- ./deploy.sh --fast",
            "  statelock lock prod/network.tfstate -- terraform apply -lock=false",
            "  statelock lock prod/network.tfstate --wait 5m --operation deploy --info \"$BUILD_URL\" -- make apply",
            "  statelock lock counter -- sh -c 'statelock pull counter | ./next | statelock push counter -'",
            "  statelock lock staging-db --no-lease -- sh -c 'echo \"held as $STATELOCK_ID\"'"
        })
final class LockCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key, such as prod/network.tfstate.")
    private StateKey key;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "The command, after --.")
    private List<String> command;

    @Option(
            names = "--operation",
            paramLabel = "TEXT",
            defaultValue = "lock",
            description = "What is done under the lock, for those who are refused. By default \"lock\".")
    private String operation;

    @Option(
            names = "--info",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Anything more to tell them, such as the address of the build.")
    private String info;

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @ArgGroup
    private @Nullable Lease lease;

    @Option(names = "--fencing", description = "Draw a fencing token, for resources outside the store.")
    private boolean fencing;

    @Option(
            names = "--on-lost",
            paramLabel = "kill|warn",
            defaultValue = "kill",
            description =
                    "What to do when the lock is lost: end the command (TERM, and KILL before the lease ends), or only"
                            + " say so. By default kill.")
    private OnLost onLost;

    private static final class Lease {
        @Option(
                names = "--lease",
                paramLabel = "TIME",
                description =
                        "How long the lock outlives this process if it dies. Renewed every third. By default 30s.")
        private Duration lease = LockOptions.DEFAULT_LEASE;

        @Option(names = "--no-lease", description = "Hold the lock until it is released or forced, as Terraform does.")
        private boolean none;
    }

    /** Named as they are written on the command line. */
    enum OnLost {
        kill,
        warn
    }

    LockCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws Exception {
        try (StateBackend backend = root.openOrMake()) {
            requireLease(backend.capabilities());
            LockOptions.Builder options = options();
            HeldLock lock =
                    waiting.take(options, root.output, o -> backend.locks().acquire(key, o));
            Optional<Duration> grace = options.build()
                    .lease()
                    .filter(lease -> onLost == OnLost.kill)
                    .map(GuardedCommand::graceOf);
            return runUnder(lock, grace);
        }
    }

    private void requireLease(Capabilities store) {
        Lease chosen = lease;
        if (chosen == null || chosen.none || !store.leases()) {
            return;
        }
        if (chosen.lease.compareTo(store.shortestLease()) < 0 || chosen.lease.compareTo(store.longestLease()) > 0) {
            throw new UsageException("--lease is outside what this store keeps: from "
                    + Durations.show(store.shortestLease()) + " to " + Durations.show(store.longestLease()) + ".");
        }
    }

    private LockOptions.Builder options() {
        LockOptions.Builder options = waiting.builder(operation).info(info).fencing(fencing);
        Lease chosen = lease;
        if (chosen == null) {
            return options;
        }
        return chosen.none ? options.noLease() : options.lease(chosen.lease);
    }

    private int runUnder(HeldLock lock, Optional<Duration> grace) throws Exception {
        int code;
        try {
            code = new GuardedCommand(root.output, lock, grace).run(command, environment(lock));
        } catch (Exception e) {
            try {
                lock.release();
            } catch (StatelockException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
        return release(lock, code);
    }

    /** The command's own code says more than a failed release, but not more than a lost lock. */
    private int release(HeldLock lock, int code) {
        try {
            lock.release();
            return code;
        } catch (LockLostException e) {
            throw e;
        } catch (StatelockException e) {
            if (code == ExitCodes.DONE) {
                throw e;
            }
            root.output.note(
                    "The command ended with " + code + ", and its lock could not be released: " + e.getMessage(),
                    Json.object().with("unreleased", e.getMessage()));
            return code;
        }
    }

    private Map<String, String> environment(HeldLock lock) {
        SurroundingLock named =
                new SurroundingLock(lock.info().id(), key.value(), root.store().toString());
        Map<String, String> environment = new LinkedHashMap<>(named.environment());
        lock.fencingToken().ifPresent(token -> environment.put("STATELOCK_FENCE", Long.toString(token.value())));
        return environment;
    }
}
