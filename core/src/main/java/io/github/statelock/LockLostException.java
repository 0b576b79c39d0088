package io.github.statelock;

import java.util.Objects;

/**
 * The lock was ours and is not any more: its deadline passed without a renewal, or it was taken over or forced.
 *
 * <p>The caller may assume that nothing of a new holder's was touched, and must assume that somebody else may be at work
 * already. Work on resources outside the store should stop; a state write under this lock is refused. The lock cannot be
 * revived: acquire it again and read again.
 */
public final class LockLostException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final String lockId;

    /**
     * A lost lock.
     *
     * @param key the key that was locked
     * @param lockId the lost lock's ID
     * @param reason how it was lost
     */
    public LockLostException(StateKey key, String lockId, String reason) {
        super(Kind.LOST, "The lock " + lockId + " of \"" + key + "\" is lost: " + Printable.line(reason), null);
        this.lockId = Objects.requireNonNull(lockId, "lockId");
    }

    /**
     * The lost lock's ID.
     *
     * @return the ID
     */
    public String lockId() {
        return lockId;
    }
}
