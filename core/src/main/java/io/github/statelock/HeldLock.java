package io.github.statelock;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A lock that this process took. Its lease is renewed in the background until it is released or lost. One that is
 * {@linkplain StateBackend#borrow borrowed} is only looked at.
 *
 * <p>Safe for use by several threads; it belongs to whoever has the object, not to a thread.
 */
public interface HeldLock extends AutoCloseable {

    /**
     * The key that is locked.
     *
     * @return the key
     */
    StateKey key();

    /**
     * What everybody else sees of this lock.
     *
     * @return the lock info, with the lock's ID
     */
    LockInfo info();

    /**
     * What the holder may believe now. Judged by the monotonic clock at the time of the call, so it never says HELD after
     * the deadline.
     *
     * @return the status
     */
    LockStatus status();

    /**
     * How long the lock is certainly ours if no further renewal succeeds: until the lease minus its safety margin, counted
     * from before the last successful request was sent.
     *
     * @return the time left, zero when lost or released; empty for a lock without lease
     */
    Optional<Duration> remaining();

    /**
     * Returns while the lock is ours. After the machine was suspended, it first waits for the one renewal that decides.
     *
     * @throws LockLostException if the lock is lost: stop the work
     * @throws IllegalStateException if it was released
     * @throws BackendUnavailableException if the machine was suspended and the store could not be asked whether the lock is
     *     still ours, or is not asked any more since maxHold is over; repeating the call is safe
     */
    void ensureHeld();

    /**
     * Has the callback told when the lock is lost, within 100 ms of the deadline, on a thread of the engine's; at once
     * if it is lost already. Never told for a released lock. It is told after the earlier calls of this lock's listener and
     * callbacks, so one of them that blocks delays it. Those of other locks do not, until 64 notices of a loss block at the same
     * time. It comes later where the system gives this process no time or no thread.
     *
     * @param callback told once, with how the lock was lost; what it throws is logged
     */
    void onLost(Consumer<LockLostException> callback);

    /**
     * The fencing token drawn with this lock.
     *
     * @return the token; empty unless {@link LockOptions.Builder#fencing} asked for one
     */
    Optional<FencingToken> fencingToken();

    /**
     * Gives the lock back with one conditional delete of exactly this lock's record. Not interruptible, bounded by the
     * call timeout; the interrupt flag is kept. Ends the hold whatever it throws. Once it has returned, or after
     * {@link #detach()}, a further call does nothing.
     *
     * <p>Where the store does not answer or does not serve, the record may still be there when this throws. The engine goes on
     * trying to remove it in the background, and once more when the backend is closed. Calling again is safe: it tries at
     * once, or joins the release that is under way.
     *
     * @throws LockLostException if the lock was lost before; nothing of a new holder's was touched
     * @throws OutcomeUnknownException if no answer came in time: the engine keeps trying
     * @throws BackendUnavailableException if the store did not serve, such as one that throttled for as long as the call
     *     timeout: the engine keeps trying
     * @throws BackendDeniedException if the store forbids the delete: the lock is still in the store, and only a further call
     *     tries again
     * @throws BackendMisconfiguredException if the store does not take the delete; as where it forbids it
     */
    void release();

    /**
     * Ends this hold and leaves the lock in the store, for another process or a later request that knows its ID:
     * {@link LockManager#attach}. No request. Should the answer to this lock's own request have been lost, a late duplicate
     * of it may lock the key once more after the release; only a hold that is released here is watched for that.
     *
     * @throws IllegalStateException if the lock has a lease, which nobody would renew, or was released
     * @throws LockLostException if the lock is lost
     */
    void detach();

    /** The same as {@link #release()}. */
    @Override
    void close();
}
