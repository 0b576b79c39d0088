package io.github.statelock.spi;

import io.github.statelock.ObservedLock;

/** What one attempt to remove a lock record gave. */
public sealed interface ReleaseOutcome {

    /** The record was removed by this request. */
    record Released() implements ReleaseOutcome {}

    /** There was no record. */
    record AlreadyGone() implements ReleaseOutcome {}

    /**
     * The store refused because the record is not the version we named. It may still carry our ID.
     *
     * @param actual the record that is there
     */
    record NotOwner(ObservedLock actual) implements ReleaseOutcome {}

    /**
     * No answer, or one that does not tell.
     *
     * @param cause what came instead of an answer
     */
    record Unknown(Throwable cause) implements ReleaseOutcome {}
}
