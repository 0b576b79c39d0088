package io.github.statelock.engine;

import java.time.Duration;

/** Pauses that grow by half from the first to the longest, with full jitter. Belongs to one thread. */
final class Backoff {

    private final Duration to;
    private Duration next;

    Backoff(Duration from, Duration to) {
        this.next = from;
        this.to = to;
    }

    /** The next pause: random between a tenth of the step and the whole step. */
    Duration next() {
        Duration step = next.compareTo(to) < 0 ? next : to;
        next = step.plus(step.dividedBy(2));
        return Jitter.between(step.dividedBy(10), step);
    }
}
