package io.github.statelock.spi;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.util.List;

/**
 * What a listing of lock records gave. Immutable and safe for use by several threads.
 *
 * @param shown the records that the listing showed whole, each as {@link LockDriver#observe} would
 * @param named the keys of those that it only named. The engine reads them, several side by side; a key that turns out not to be
 *     locked does no harm
 */
public record LockListing(List<ObservedLock> shown, List<StateKey> named) {

    /** Keeps copies of the lists. */
    public LockListing {
        shown = List.copyOf(shown);
        named = List.copyOf(named);
    }

    /**
     * A listing that shows every record.
     *
     * @param records the records
     * @return the listing
     */
    public static LockListing shown(List<ObservedLock> records) {
        return new LockListing(records, List.of());
    }

    /**
     * A listing of names.
     *
     * @param keys the keys
     * @return the listing
     */
    public static LockListing named(List<StateKey> keys) {
        return new LockListing(List.of(), keys);
    }
}
