package io.github.statelock.spi;

import io.github.statelock.ObservedLock;
import java.util.Optional;

/** What one attempt to draw a fencing token gave. A number that nobody uses does no harm: the counter only grows. */
public sealed interface FenceOutcome {

    /**
     * The counter was raised, and the same request proved that the lock is ours.
     *
     * @param token the number drawn
     * @param lock the lock in its new version
     */
    record Confirmed(long token, OwnedLock lock) implements FenceOutcome {}

    /**
     * The counter was raised, by a request that says nothing of the lock: the engine confirms it with one renewal.
     *
     * @param token the number drawn
     */
    record Drawn(long token) implements FenceOutcome {}

    /**
     * The lock is not ours in the version we named.
     *
     * @param actual the record that is there; empty if there is none
     */
    record Lost(Optional<ObservedLock> actual) implements FenceOutcome {}

    /**
     * No answer, or one that does not tell; or another holder drew at the same time.
     *
     * @param cause what came instead of an answer
     */
    record Unknown(Throwable cause) implements FenceOutcome {}
}
