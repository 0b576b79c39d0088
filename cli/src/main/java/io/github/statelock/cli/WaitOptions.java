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
            names = "--no-takeover",
            description =
                    "Do not take over the lock of a holder that stopped renewing it, and do not wait to find out.")
    boolean noTakeover;

    LockOptions.Builder builder(String operation) {
        return LockOptions.builder().operation(operation).waitUpTo(wait).takeOver(!noTakeover);
    }
}
