package io.github.statelock;

import java.time.Duration;

/**
 * One place where states live: a folder, a bucket, a container. Opened by its own builder or by
 * {@link StateBackends#open(java.net.URI)}.
 *
 * <p>Safe for use by several threads; meant to be opened once and shared.
 */
public interface StateBackend extends AutoCloseable {

    /** What a backend can do. Safe for use by several threads. */
    interface Capabilities {

        /**
         * The shortest lease it takes.
         *
         * @return the shortest lease
         */
        Duration shortestLease();

        /**
         * The longest lease it takes.
         *
         * @return the longest lease
         */
        Duration longestLease();

        /**
         * Whether it takes leases at all. For a store that must first prove that it checks the conditions of changes, this does
         * so, unless a change has done it before. It needs the permissions for a change.
         *
         * @return whether it takes leases
         * @throws BackendDeniedException if the store denied the proof
         * @throws BackendMisconfiguredException if the store does not check conditions
         * @throws BackendUnavailableException if the store did not serve
         */
        boolean leases();

        /**
         * Whether it takes locks without lease.
         *
         * @return whether it takes locks without lease
         */
        boolean noLease();

        /**
         * Whether the service's own clock ends leases.
         *
         * @return whether the service ends leases
         */
        boolean expiresByService();

        /**
         * Whether old versions of a state can be read. On S3 this asks the bucket, once.
         *
         * @return whether there is a history
         * @throws BackendMisconfiguredException if there is no such bucket
         * @throws BackendUnavailableException if the store did not serve
         */
        boolean history();
    }

    /**
     * The states.
     *
     * @return the store, the same object every time
     */
    StateStore states();

    /**
     * The locks.
     *
     * @return the manager, the same object every time
     */
    LockManager locks();

    /**
     * Takes a lock and gives the state under it.
     *
     * @param key the key
     * @param options how to lock, and how long to wait
     * @return the locked state, to be closed by the caller
     * @throws IllegalArgumentException if the lock info is larger than 4 KiB
     * @throws LockHeldException if somebody else still holds the lock after the wait
     * @throws OutcomeUnknownException if no answer came in time; it carries the lock's ID
     * @throws InterruptedException if interrupted; whatever was taken meanwhile was given back
     */
    LockedState lock(StateKey key, LockOptions options) throws InterruptedException;

    /**
     * The same as {@link #lock(StateKey, LockOptions)} for a key as text.
     *
     * @param key the key
     * @param options how to lock, and how long to wait
     * @return the locked state, to be closed by the caller
     * @throws IllegalArgumentException if the text is not a valid key, or the lock info is larger than 4 KiB
     * @throws LockHeldException if somebody else still holds the lock after the wait
     * @throws OutcomeUnknownException if no answer came in time; it carries the lock's ID
     * @throws InterruptedException if interrupted; whatever was taken meanwhile was given back
     */
    default LockedState lock(String key, LockOptions options) throws InterruptedException {
        return lock(StateKey.of(key), options);
    }

    /**
     * Takes up a lock without lease, as {@link LockManager#attach} does, and gives the state under it.
     *
     * @param key the key
     * @param lockId the lock's ID
     * @return the locked state; closing it releases the lock, unless it is {@linkplain HeldLock#detach() detached} before
     * @throws LockLostException if the key is not locked
     * @throws LockIdMismatchException if somebody with another ID holds the lock; it names the holder
     * @throws LockHeldException if the lock has a lease: its holder renews it
     */
    LockedState attach(StateKey key, String lockId);

    /**
     * Gives the state under a lock that another process holds, with a lease or without, and goes on holding: for a program that
     * runs under its parent's lock. One or two reads. The lock is neither renewed nor released by it.
     *
     * <p>{@link HeldLock#ensureHeld()} asks the store, with one or two reads, whether the lock is still there, and so does each
     * change of the state before it is sent. It throws {@link LockLostException} where the record is gone or has another ID, or
     * where the store knows that its holder is dead. A lock that is lost between that look and the change does not stop the
     * change. The change is conditional on the version that was read, as under any lock: a successor's write is never lost.
     *
     * <p>{@link HeldLock#remaining()} is zero for a lock with a lease, since only its holder knows when it renewed it. A loss is
     * told to {@link HeldLock#onLost} when a look finds it. {@link HeldLock#release()}, {@link HeldLock#detach()} and
     * {@link LockedState#close()} end the use here, send nothing, and throw nothing. There is no fencing token.
     *
     * @param key the key
     * @param lockId the lock's ID
     * @return the locked state; closing it leaves the lock to its holder
     * @throws LockLostException if the key is not locked, or the store knows that the lock's holder is dead
     * @throws LockIdMismatchException if somebody with another ID holds the lock; it names the holder
     */
    LockedState borrow(StateKey key, String lockId);

    /**
     * What this backend can do.
     *
     * @return its capabilities
     */
    Capabilities capabilities();

    /**
     * Releases the locks that are still held, bounded by the call timeout, and frees the backend's threads and the clients
     * that it made itself. A client that was handed in stays open. A second call does nothing, or waits for the first where that
     * one is under way. What is asked of the backend's store, its lock manager and its locked states afterwards throws
     * {@link IllegalStateException}.
     */
    @Override
    void close();
}
