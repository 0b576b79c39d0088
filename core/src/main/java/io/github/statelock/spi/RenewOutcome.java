package io.github.statelock.spi;

import io.github.statelock.ObservedLock;
import io.github.statelock.StatelockException;
import java.util.Optional;

/** What one attempt to renew a lease gave. */
public sealed interface RenewOutcome {

    /**
     * The record is ours and has a new version.
     *
     * @param lock the lock in its new version
     */
    record Renewed(OwnedLock lock) implements RenewOutcome {}

    /**
     * The store refused because the record is not the version we named. If it carries our ID, an earlier renewal was
     * applied unanswered, and the engine goes on from the version shown; otherwise this is proof that the lock is lost.
     *
     * @param actual the record that is there; empty if there is none
     */
    record Lost(Optional<ObservedLock> actual) implements RenewOutcome {}

    /**
     * The store denied or throttled the request: nothing was applied, and nothing is known of the record.
     *
     * @param cause the refusal
     */
    record Refused(StatelockException cause) implements RenewOutcome {}

    /**
     * No answer, or one that does not tell.
     *
     * @param cause what came instead of an answer
     */
    record Unknown(Throwable cause) implements RenewOutcome {}
}
