package io.github.statelock;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads and writes states. Every write carries a condition that the store itself checks.
 *
 * <p>Safe for use by several threads. Every method may throw {@link BackendDeniedException},
 * {@link BackendMisconfiguredException} and {@link BackendUnavailableException}; nothing was applied then. Every call ends
 * within the transfer timeout (by default 5 minutes) or, for {@link #history}, the call timeout (by default 10 s). A write or
 * delete that a store does not serve at all is given up after twice the call timeout. Once the backend is closed, every method
 * throws {@link IllegalStateException}.
 *
 * <p>This is the part without a lock. {@link LockedState} adds the lock, the serial and the lineage.
 */
public interface StateStore {

    /**
     * One version in a state's history. Immutable and safe for use by several threads.
     *
     * @param version the version
     * @param written when it was written, by the store's clock
     * @param size its length in bytes
     */
    record Revision(StateVersion version, Instant written, long size) {
        /** Checks that every field is there. */
        public Revision {
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(written, "written");
        }
    }

    /**
     * Something in the store that may be a state and that no key names. Immutable and safe for use by several threads.
     *
     * @param name its name, where the keys are
     * @param reason the rule that it breaks as a key
     */
    record LeftOut(String name, String reason) {
        /** Checks that every field is there. */
        public LeftOut {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(reason, "reason");
        }
    }

    /**
     * Reads the newest version. An empty object counts as absent.
     *
     * @param key the key
     * @return the state; empty if there is none
     * @throws StateCorruptException if what is stored does not match its digest or checksum
     */
    Optional<State> read(StateKey key);

    /**
     * Writes a state.
     *
     * @param key the key
     * @param content the state, at least one byte and at most the backend's cap (by default 512 MiB)
     * @param condition what must be stored for the write to be applied
     * @return the version that was written
     * @throws IllegalArgumentException if the content is empty
     * @throws BackendMisconfiguredException if it is larger than the cap
     * @throws StateConflictException if the store refused the condition; nothing was written
     * @throws LockHeldException if somebody holds the key's lock and the store itself looks at that, as Azure does; nothing was
     *     written
     * @throws OutcomeUnknownException if the write may have been applied
     */
    StateVersion write(StateKey key, byte[] content, WriteCondition condition);

    /**
     * Deletes a state. Its history stays where the backend keeps one. Deleting what is already gone succeeds.
     *
     * @param key the key
     * @param condition what must be stored for the delete to be applied
     * @throws StateConflictException if the store refused the condition; nothing was deleted
     * @throws LockHeldException if somebody holds the key's lock and the store itself looks at that, as Azure does; nothing was
     *     deleted
     * @throws OutcomeUnknownException if the delete may have been applied
     */
    void delete(StateKey key, WriteCondition condition);

    /**
     * The keys of the states below a prefix; not of locks, digests and fences.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the keys, ordered
     */
    List<StateKey> list(String prefix);

    /**
     * What {@link #list} leaves out below a prefix, though it may be a state: no key of this store names it.
     *
     * @param prefix the beginning of the names; empty for all
     * @return the names and why they are no keys, ordered by name
     */
    default List<LeftOut> leftOut(String prefix) {
        return List.of();
    }

    /**
     * The versions that can still be read, the newest first.
     *
     * @param key the key
     * @return the revisions; only the newest where the backend keeps no history, none if there is no state
     */
    List<Revision> history(StateKey key);

    /**
     * Reads an old version.
     *
     * @param key the key
     * @param version a version out of {@link #history}
     * @return the state; empty if that version is not kept
     */
    Optional<State> read(StateKey key, StateVersion version);
}
