package io.github.statelock;

import java.util.Optional;

/**
 * A lock and the state under it: the safe, short way to change a state.
 *
 * <pre>{@code
 * try (LockedState state = backend.lock("prod/network.tfstate", LockOptions.operation("apply"))) {
 *     byte[] next = apply(state.read());
 *     state.write(next);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads, which then share one base version; updates are applied one after the other.
 */
public interface LockedState extends AutoCloseable {

    /**
     * The lock.
     *
     * @return the lock
     */
    HeldLock lock();

    /**
     * Reads the state and makes the version read the base of the next write. Reads after the lock was released or lost, too.
     *
     * @return the state; empty if there is none yet
     * @throws StateCorruptException if what is stored does not match its digest or checksum
     * @throws BackendUnavailableException if the store did not serve
     */
    Optional<State> read();

    /**
     * Writes the state: only while the lock is held, and only if the stored state is still the version read under this
     * lock (it is read first if it was not yet). A state file of Terraform's or OpenTofu's must keep its lineage and may
     * not lower its serial. The version written becomes the next base.
     *
     * @param content the new state, at least one byte
     * @return the version that was written
     * @throws IllegalArgumentException if the content is empty
     * @throws IllegalStateException if the lock was released, or a change before was refused or its outcome is unknown and no
     *     {@link #read()} came since; nothing was sent
     * @throws LockLostException if the lock is lost; nothing was changed
     * @throws StaleSerialException if serial or lineage do not follow; nothing was sent
     * @throws StateConflictException if somebody else changed the state; nothing was written. {@link #read()} comes before
     *     the next write
     * @throws OutcomeUnknownException if the write may have been applied. {@link #read()} comes before the next write
     * @throws BackendDeniedException if the store forbids the write; nothing was written
     * @throws BackendMisconfiguredException if the store does not take it, such as a state above the backend's cap; nothing
     *     was written
     * @throws BackendUnavailableException if the store did not serve; nothing was written
     */
    StateVersion write(byte[] content);

    /**
     * Writes the state as {@link #write} does, but whatever its serial and lineage are, as {@code state push -force} means
     * to. It also replaces a state that cannot be trusted ({@link StateCorruptException}), where its version is known.
     *
     * @param content the new state, at least one byte
     * @return the version that was written
     * @throws IllegalArgumentException if the content is empty
     * @throws IllegalStateException if the lock was released, or a change before was refused or its outcome is unknown and no
     *     {@link #read()} came since; nothing was sent
     * @throws LockLostException if the lock is lost; nothing was changed
     * @throws StateConflictException if somebody else changed the state; nothing was written. {@link #read()} comes before
     *     the next write
     * @throws OutcomeUnknownException if the write may have been applied. {@link #read()} comes before the next write
     * @throws BackendDeniedException if the store forbids the write; nothing was written
     * @throws BackendMisconfiguredException if the store does not take it, such as a state above the backend's cap; nothing
     *     was written
     * @throws BackendUnavailableException if the store did not serve; nothing was written
     */
    StateVersion overwrite(byte[] content);

    /**
     * Deletes the state, under the same conditions as {@link #write}. Deleting an absent state does nothing.
     * A state that cannot be trusted is deleted too, where its version is known.
     *
     * @throws IllegalStateException if the lock was released, or a change before was refused or its outcome is unknown and no
     *     {@link #read()} came since; nothing was sent
     * @throws LockLostException if the lock is lost; nothing was changed
     * @throws StateConflictException if somebody else changed the state; nothing was deleted. {@link #read()} comes before
     *     the next change
     * @throws OutcomeUnknownException if the delete may have been applied. {@link #read()} comes before the next change
     * @throws BackendDeniedException if the store forbids the delete; nothing was deleted
     * @throws BackendMisconfiguredException if the store does not take it; nothing was deleted
     * @throws BackendUnavailableException if the store did not serve; nothing was deleted
     */
    void delete();

    /** Releases the lock; throws what {@link HeldLock#release()} throws. */
    @Override
    void close();
}
