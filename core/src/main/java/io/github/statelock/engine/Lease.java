package io.github.statelock.engine;

import io.github.statelock.LockOptions;
import java.time.Duration;

/**
 * The times that follow from a lease's length, as nanoseconds to add to a moment of the monotonic clock.
 *
 * @param length the lease
 */
record Lease(Duration length) {

    Duration margin() {
        return LockOptions.safetyMargin(length);
    }

    /** From the send of a successful write to the moment when its holder must stop. */
    long deadlineNanos() {
        return length.minus(margin()).toNanos();
    }

    /** From the first sight of a version to the moment when its holder has surely stopped. */
    long deadNanos() {
        return length.plus(margin()).toNanos();
    }

    /** From a successful send to the next renewal. */
    Duration renewAfter() {
        return length.dividedBy(3);
    }

    /** From a successful send to the moment when a missing renewal counts as late. */
    Duration lateAfter() {
        return length.multipliedBy(2).dividedBy(3);
    }
}
