package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    /** The next pause, and not less than the store asked for. Those that it throttled at once come back at random moments. */
    Duration next(@Nullable Throwable cause) {
        Duration pause = next();
        return retryAfter(cause)
                .map(least -> Jitter.between(least, least.multipliedBy(3).dividedBy(2)))
                .filter(least -> least.compareTo(pause) > 0)
                .orElse(pause);
    }

    /** How long the store that failed so asks to be left alone. */
    static Optional<Duration> retryAfter(@Nullable Throwable cause) {
        return cause instanceof BackendUnavailableException e ? e.retryAfter() : Optional.empty();
    }
}
