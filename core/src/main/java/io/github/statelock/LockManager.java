package io.github.statelock;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes, shows and breaks the locks of one place.
 *
 * <p>Safe for use by several threads. Threads that want the same key queue fairly, and only the first of them talks to the
 * store. A process that has handed a lock on among its own threads for a while lets other processes have a turn, if it has seen
 * any. Locks are not reentrant: a second acquire sees the first as its holder.
 *
 * <p>Every method may throw {@link BackendDeniedException}, {@link BackendMisconfiguredException} and
 * {@link BackendUnavailableException}; nothing was applied then. Every call ends within its deadline: the wait that was
 * asked for plus twice the call timeout (by default 10 s), in which the store has to decide, and once more the call timeout
 * where something must be given back. Once the backend is closed, every method throws {@link IllegalStateException}.
 */
public interface LockManager {

    /**
     * Tries to take the lock without waiting for a holder; {@link LockOptions#waitUpTo()} is not used. Repeated calls add up:
     * a dead holder's lock is taken over by the first call after its lease and margin have passed unchanged.
     *
     * @param key the key to lock
     * @param options how
     * @return the lock, or who holds it
     * @throws IllegalArgumentException if the lock info is larger than 4 KiB
     * @throws BackendMisconfiguredException if the backend does not keep such a lease, or the store is not set up; nothing was
     *     applied
     * @throws StateCorruptException if a fencing token was wanted and the counter is not a number; the lock was given back
     * @throws OutcomeUnknownException if no answer came within twice the call timeout; it carries the lock's ID
     * @throws InterruptedException if interrupted; whatever was taken meanwhile was given back
     */
    LockAttempt tryAcquire(StateKey key, LockOptions options) throws InterruptedException;

    /**
     * Takes the lock, waiting up to {@link LockOptions#waitUpTo()} for a holder to go away.
     *
     * @param key the key to lock
     * @param options how, and how long to wait
     * @return the lock
     * @throws IllegalArgumentException if the lock info is larger than 4 KiB
     * @throws BackendMisconfiguredException if the backend does not keep such a lease, or the store is not set up; nothing was
     *     applied
     * @throws LockHeldException if somebody else still holds it after the wait
     * @throws StateCorruptException if a fencing token was wanted and the counter is not a number; the lock was given back
     * @throws OutcomeUnknownException if no answer came within the wait and twice the call timeout; it carries the lock's ID
     * @throws InterruptedException if interrupted; whatever was taken meanwhile was given back
     */
    HeldLock acquire(StateKey key, LockOptions options) throws InterruptedException;

    /**
     * Takes up a lock without lease that was {@linkplain HeldLock#detach() detached} by another process or an earlier
     * request, or that Terraform or OpenTofu took. One or two reads. The lock is not released when the manager is closed.
     *
     * @param key the key
     * @param lockId the lock's ID
     * @return the lock
     * @throws LockLostException if the key is not locked
     * @throws LockIdMismatchException if somebody with another ID holds the lock; it names the holder
     * @throws LockHeldException if the lock has a lease: its holder renews it
     */
    HeldLock attach(StateKey key, String lockId);

    /**
     * Shows the lock of a key, with one or two reads.
     *
     * @param key the key
     * @return the record; empty if the key is not locked
     */
    Optional<ObservedLock> inspect(StateKey key);

    /**
     * Shows the locks below a prefix.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the records, ordered by key
     */
    List<ObservedLock> list(String prefix);

    /**
     * Removes a lock that its holder will not release: one whose holder is known to be dead and has no lease. The delete
     * is conditional on exactly the record that was read. If the holder is this process, its lock becomes LOST at once.
     *
     * @param key the key
     * @param lockId the lock's ID as errors and {@link #inspect} show it, or the version of an unreadable record
     * @return true if the lock was removed, false if there was none
     * @throws LockIdMismatchException if somebody with another ID holds the lock; it names the holder
     * @throws OutcomeUnknownException if no answer came in time
     */
    boolean forceUnlock(StateKey key, String lockId);

    /**
     * Removes the leased locks of dead holders: watches all of them for their lease and margin, and removes those that did
     * not change. Takes that long. Locks without lease are never touched. Where this throws, some may have been removed
     * before: {@link #sweep(String, Consumer)} tells which.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the records that were removed
     * @throws InterruptedException if interrupted; what was removed stays removed
     */
    default List<ObservedLock> sweep(String prefix) throws InterruptedException {
        List<ObservedLock> removed = new ArrayList<>();
        sweep(prefix, removed::add);
        return removed;
    }

    /**
     * The same, and tells of each record when it is removed. One that cannot be removed does not keep the others: the first
     * such failure is thrown in the end, with the others {@linkplain Throwable#getSuppressed() suppressed}. Only where the
     * store does not serve three records in a row the rest is not tried.
     *
     * @param prefix the beginning of the keys; empty for all
     * @param onRemoved told of each record that was removed, by the calling thread
     * @throws InterruptedException if interrupted; what was removed stays removed
     */
    void sweep(String prefix, Consumer<ObservedLock> onRemoved) throws InterruptedException;
}
