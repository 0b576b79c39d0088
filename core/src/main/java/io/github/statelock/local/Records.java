package io.github.statelock.local;

import io.github.statelock.StateKey;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Small named records with compare-and-set: all that {@link LocalLockDriver} needs of a store. Implementations are safe for
 * use by several threads.
 *
 * <p>Errors: a {@link io.github.statelock.StatelockException} promises that nothing was applied; an
 * {@link UncheckedIOException} out of {@link #update} means that the change may have been applied.
 */
interface Records {

    /** What a record is for. A key has at most one of each. */
    enum Kind {
        /** Who holds the lock. */
        LOCK,
        /** The last fencing token drawn. */
        FENCE
    }

    /** Where the lock record of a key is, for a human. */
    String path(StateKey key);

    /** The record as it stands; empty if there is none. Never half of a change. */
    Optional<RawRecord> read(StateKey key, Kind kind);

    /** Reads the record and changes it as the step says, with nobody in between. */
    <T> T update(StateKey key, Kind kind, Function<Optional<RawRecord>, Change<T>> step);

    /** The keys below a prefix that have a lock record, ordered. */
    List<StateKey> lockedKeys(String prefix);
}
