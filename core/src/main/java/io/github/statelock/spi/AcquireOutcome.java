package io.github.statelock.spi;

import io.github.statelock.ObservedLock;

/** What one attempt to take a lock gave. */
public sealed interface AcquireOutcome {

    /**
     * The record is in the store, and it is ours.
     *
     * @param lock the lock
     */
    record Acquired(OwnedLock lock) implements AcquireOutcome {}

    /**
     * The store refused, and this is the record that is there. It may carry our own ID: an earlier request was applied and
     * its answer lost. The engine looks for that, a driver need not.
     *
     * @param holder the record
     */
    record Held(ObservedLock holder) implements AcquireOutcome {}

    /** The store refused, but the record that made it refuse was gone or not readable a moment later: worth another try. */
    record HolderGone() implements AcquireOutcome {}

    /**
     * No answer, or one that does not tell: the record may be there now, or appear later.
     *
     * @param cause what came instead of an answer
     */
    record Unknown(Throwable cause) implements AcquireOutcome {}
}
