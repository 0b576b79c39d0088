package io.github.statelock.cli;

import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Under which lock a command changes a state: one that it takes for itself, or one that is held already, by the
 * {@code statelock lock} that runs the command or since a {@code statelock acquire}.
 */
final class ChangeOptions {

    @Mixin
    private WaitOptions waiting = new WaitOptions();

    @Option(
            names = "--lock-id",
            paramLabel = "ID",
            description = "Work under the lock with this ID, which is held already, and leave it held; --wait, --try"
                    + " and --no-takeover are not used then. By default $STATELOCK_ID in a command of 'statelock lock' for the"
                    + " same key and store; otherwise the command takes a lock of its own.")
    private @Nullable String lockId;

    /** The state under the lock; the caller closes it. */
    LockedState lock(Statelock root, StateBackend backend, StateKey key, String operation) throws InterruptedException {
        Optional<String> held = lockId(root, key);
        return held.isPresent()
                ? backend.borrow(key, held.get())
                : take(root, operation, options -> backend.lock(key, options));
    }

    /** Takes a lock of the command's own. */
    <T> T take(Statelock root, String operation, Acquisition.Taking<T> taking) throws InterruptedException {
        return waiting.take(waiting.builder(operation), root.output, taking);
    }

    /** The ID of the lock that is held already. */
    Optional<String> lockId(Statelock root, StateKey key) {
        String named = lockId;
        if (named == null) {
            return SurroundingLock.of(System.getenv()).idFor(key, root.store());
        }
        if (named.isBlank()) {
            throw new UsageException("--lock-id is empty.");
        }
        return Optional.of(named);
    }
}
