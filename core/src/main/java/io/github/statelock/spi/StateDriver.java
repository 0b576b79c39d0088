package io.github.statelock.spi;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import java.util.List;
import java.util.Optional;

/**
 * All that a backend implements for states: versioned reads and single conditional writes. Resolving a lost answer, the
 * size cap and the deadlines are the engine's.
 *
 * <p>Implementations are safe for use by several threads. Errors as in {@link LockDriver}: {@link BackendDeniedException},
 * {@link BackendMisconfiguredException} and {@link BackendUnavailableException} promise that nothing was applied; a change
 * whose answer is missing or ambiguous is {@code Unknown}.
 *
 * <p>A service that wants the lock with every change (Azure) refuses one without it: {@link LockHeldException} names the
 * holder, and {@link LockLostException} says that the lock named is not held any more. Both promise the same.
 */
public interface StateDriver {

    /**
     * Reads the newest version, strongly consistent. An empty object is absent.
     *
     * @param key the key
     * @return the state; empty if there is none
     * @throws StateCorruptException if a digest or checksum does not match
     */
    Optional<StoredState> read(StateKey key);

    /**
     * Reads the newest version for somebody who holds the key's lock, so that nobody else is writing: a driver may mend
     * what a dead writer left half done.
     *
     * @param key the key
     * @param lockId the ID of the caller's lock
     * @return the state; empty if there is none
     * @throws StateCorruptException if a digest or checksum does not match
     */
    default Optional<StoredState> readUnderLock(StateKey key, String lockId) {
        return read(key);
    }

    /**
     * Writes the content with the write ID in the object's metadata, on the condition. A service whose condition names
     * something else than {@link StateVersion} (Azure's ETag) may read once and send again.
     *
     * @param write what to write
     * @return the outcome
     */
    WriteOutcome write(StateWrite write);

    /**
     * Deletes the state on the condition.
     *
     * @param delete what to delete; its content is empty
     * @return the outcome
     */
    WriteOutcome delete(StateWrite delete);

    /**
     * The keys below a prefix, without those of locks, digests and fences; all pages.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the keys, ordered
     */
    List<StateKey> list(String prefix);

    /**
     * What {@link #list} leaves out, though it may be a state: no key of this store names it. Not locks, digests and fences.
     *
     * @param prefix the beginning of the names; empty for all
     * @return the names and why they are no keys, ordered by name; by default none
     */
    default List<StateStore.LeftOut> leftOut(String prefix) {
        return List.of();
    }

    /**
     * Whether old versions can be read. May ask the store, once.
     *
     * @return whether there is a history
     */
    boolean keepsHistory();

    /**
     * The versions that can still be read, the newest first.
     *
     * @param key the key
     * @return the revisions
     */
    List<StateStore.Revision> history(StateKey key);

    /**
     * Reads an old version.
     *
     * @param key the key
     * @param version the version
     * @return the state; empty if that version is not kept
     */
    Optional<State> read(StateKey key, StateVersion version);
}
