package io.github.statelock;

import java.time.Duration;

/**
 * Told what happens to a lock, for progress lines, logs and metrics. Every method does nothing by default.
 *
 * <p>Calls come on a thread of the engine's, never under one of its locks, one after the other for one acquisition. What
 * a listener throws is logged and changes nothing. A listener that blocks holds up the later calls for its own lock. It also
 * holds up the calls for other locks of its backend, which has two threads for them; {@link #lost} of another lock, and what
 * comes before it, has 64 threads of its own.
 */
public interface LockListener {

    /**
     * Somebody else holds the lock and the caller waits; repeated with every look at the store.
     *
     * @param holder the record that is there
     * @param elapsed how long the caller has waited
     */
    default void waiting(ObservedLock holder, Duration elapsed) {}

    /**
     * The lock is ours.
     *
     * @param lock the lock
     */
    default void acquired(HeldLock lock) {}

    /**
     * The lock is ours, and it was a dead holder's. Comes before {@link #acquired}.
     *
     * @param lock the lock
     * @param from the record that was replaced
     */
    default void takenOver(HeldLock lock, ObservedLock from) {}

    /**
     * The lease was renewed.
     *
     * @param lock the lock
     */
    default void renewed(HeldLock lock) {}

    /**
     * A renewal did not succeed; the lock is still ours until its deadline.
     *
     * @param lock the lock
     * @param reason what went wrong
     */
    default void atRisk(HeldLock lock, String reason) {}

    /**
     * The lock is lost.
     *
     * @param lock the lock
     * @param reason how it was lost
     */
    default void lost(HeldLock lock, LockLostException reason) {}

    /**
     * The lock was force-unlocked by this process. Comes before {@link #lost}.
     *
     * @param lock the lock
     */
    default void forced(HeldLock lock) {}

    /**
     * The lock was released.
     *
     * @param lock the lock
     */
    default void released(HeldLock lock) {}
}
