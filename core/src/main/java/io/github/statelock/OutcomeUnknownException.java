package io.github.statelock;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change was sent and no answer could be had before the deadline: it may have been applied, or may still be.
 *
 * <p>For a lock: the record may be ours; it goes away by itself where this process lives on (it keeps looking for it for
 * 15 minutes) or where it has a lease; otherwise {@link LockManager#forceUnlock} with {@link #lockId()} removes it. For a
 * state: read it; if it is what was to be written, the write was applied, and if it moved on, it may have been applied in
 * between.
 */
public final class OutcomeUnknownException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String lockId;

    /**
     * An unknown outcome of a state write or delete.
     *
     * @param message what was sent and what to do
     * @param cause why there is no answer, or null
     */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(Kind.OUTCOME_UNKNOWN, message, cause);
        this.lockId = null;
    }

    /**
     * An unknown outcome of a lock operation.
     *
     * @param message what was sent and what to do
     * @param lockId the ID of the lock that may be held
     * @param cause why there is no answer, or null
     */
    public OutcomeUnknownException(String message, String lockId, @Nullable Throwable cause) {
        super(Kind.OUTCOME_UNKNOWN, message, cause);
        this.lockId = Objects.requireNonNull(lockId, "lockId");
    }

    /**
     * An unknown outcome of a lock operation, with the operation that removes the lock.
     *
     * @param problem what was sent
     * @param remedy what removes the lock, and when
     * @param cause why there is no answer, or null
     */
    public OutcomeUnknownException(String problem, Remedy.ForceUnlock remedy, @Nullable Throwable cause) {
        super(Kind.OUTCOME_UNKNOWN, problem, List.of(remedy), cause);
        this.lockId = remedy.lockId();
    }

    /**
     * The ID of the lock that may be held.
     *
     * @return the ID; empty for a state write or delete
     */
    public Optional<String> lockId() {
        return Optional.ofNullable(lockId);
    }
}
