package io.github.statelock.spi;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import java.util.List;
import java.util.Optional;

/**
 * All that a backend implements for locks. Take care when adding to it: every method is at most one conditional request
 * (plus the read that names a holder after a refusal), without waiting, retry loop or thread. The engine does the rest.
 *
 * <p>Implementations are safe for use by several threads. The engine calls them on its own threads and abandons a call
 * that overruns its deadline; a call that is abandoned may go on and its answer is ignored.
 *
 * <p>Errors, for every method: {@link BackendDeniedException} and {@link BackendMisconfiguredException} end what the caller
 * does; {@link BackendUnavailableException} (throttled, not reached, "try again") is tried again within the deadline. All
 * three promise that <em>nothing was applied</em>. A change whose answer is missing or ambiguous is {@code Unknown}, and so
 * is, to the engine, every other exception out of a change.
 */
public interface LockDriver {

    /**
     * Where the lock of a key is, as {@link io.github.statelock.LockInfo#path()} shows it. No request.
     *
     * @param key the key
     * @return the path
     */
    String lockPath(StateKey key);

    /**
     * Why this store cannot hold a key: its state, lock, digest or fence could be taken for another key's. No request. The engine
     * asks before everything else, for states too.
     *
     * @param key the key
     * @return the rule that it breaks; by default {@link StateKey#notPortable}
     */
    default Optional<String> keyProblem(StateKey key) {
        return key.notPortable();
    }

    /**
     * The leases that this driver can keep. No request: what only a proof of the store's conditions can tell is true until that
     * has run, and a proposal that turns out to be out of bounds is refused as misconfigured.
     *
     * @return the bounds
     */
    LeaseBounds leaseBounds();

    /**
     * Creates the lock record if there is none. Repeating it with the same proposal is safe, and completes what an earlier
     * request left undone.
     *
     * @param proposal the lock
     * @return the outcome; a refusal names the holder, and one that shows the proposal's own ID says that the lock is held by
     *     it as a whole
     */
    AcquireOutcome tryAcquire(LockProposal proposal);

    /**
     * Replaces a dead holder's record, on condition that it is exactly the version observed.
     *
     * @param proposal the lock
     * @param stale the record to replace
     * @return the outcome; a refusal names the record that is there now
     */
    AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale);

    /**
     * Writes our record again, on condition that it is exactly our version, so that its version changes. Also for locks
     * without lease, whose record stays theirs by it.
     *
     * @param lock our lock
     * @return the outcome
     */
    RenewOutcome renew(OwnedLock lock);

    /**
     * Removes our record, on condition that it is ours.
     *
     * @param lock our lock
     * @return the outcome
     */
    ReleaseOutcome release(OwnedLock lock);

    /**
     * Reads the lock record, strongly consistent.
     *
     * @param key the key
     * @return the record; empty if there is none
     */
    Optional<ObservedLock> observe(StateKey key);

    /**
     * Lists the lock records below a prefix. It may take as long as a transfer, since a listing may have many pages; but it
     * reads no record by itself that the listing only names.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the records, and the names of those that the listing does not show
     */
    LockListing list(String prefix);

    /**
     * Removes somebody's record, on condition that it is exactly the version observed.
     *
     * @param observed the record
     * @param lockId the ID that the caller named; for a service that compares IDs itself
     * @return the outcome
     */
    ReleaseOutcome breakLock(ObservedLock observed, String lockId);

    /**
     * Raises the fence counter of the key and reads it, on condition that nobody else raised it meanwhile.
     *
     * @param lock our lock
     * @return the outcome
     * @throws StateCorruptException if the counter is not a number; nothing was applied
     */
    FenceOutcome drawFence(OwnedLock lock);

    /**
     * The parts of a record that a waiter watches, each for itself: a part that has not changed stays old while another
     * comes and goes. The record is as old as its youngest part.
     *
     * @param observed the record
     * @return names of the parts as they stand, each different in every version; by default the record's version
     */
    default List<String> watchedParts(ObservedLock observed) {
        return List.of(observed.version());
    }

    /**
     * Whether a record that was read is its holder's lock as a whole. A lock that is kept in several places is none where one
     * of them is free or somebody else's.
     *
     * @param observed the record
     * @return whether its holder excludes all others; by default true
     */
    default boolean isWhole(ObservedLock observed) {
        return true;
    }

    /**
     * Whether a caller who names that ID means that record: by its ID, or by its version where the record is unreadable.
     *
     * @param observed the record
     * @param lockId the ID that the caller named
     * @return whether the record may be broken
     */
    default boolean identifies(ObservedLock observed, String lockId) {
        return observed.info().isPresent()
                ? observed.hasId(lockId)
                : observed.version().equals(lockId);
    }

    /**
     * What {@link #identifies} takes, for the message of a mismatch; empty where it is the lock's ID and nothing else.
     *
     * @return a sentence or an empty string
     */
    default String idHint() {
        return "";
    }
}
