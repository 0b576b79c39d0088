package io.github.statelock.cli;

import io.github.statelock.LockOptions;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long to wait for a holder, for every command that takes a lock. */
final class WaitOptions {

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "0",
            description = "How long to wait for a living holder, such as 30s or 5m. By default 0: not at all.")
    Duration wait;

    @Option(
            names = "--try",
            description =
                    "Fail at once if the lock is held, also where its holder may be dead. Only a lock that is known to"
                            + " have expired is taken over.")
    boolean once;

    @Option(names = "--no-takeover", description = "Never take over an expired lock. Fail as soon as --wait is over.")
    boolean noTakeover;

    /** Takes a lock as these options say. */
    <T> T take(LockOptions.Builder how, Output output, Acquisition.Taking<T> taking) throws InterruptedException {
        return Acquisition.take(how, !once, output, taking);
    }

    LockOptions.Builder builder(String operation) {
        if (once && !wait.isZero()) {
            throw new UsageException("--try does not wait: leave out --wait, or --try.");
        }
        return LockOptions.builder().operation(operation).waitUpTo(wait).takeOver(!noTakeover);
    }
}
