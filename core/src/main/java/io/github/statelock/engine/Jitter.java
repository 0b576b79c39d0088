package io.github.statelock.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Random parts of durations, so that many processes do not ask at the same moment. */
final class Jitter {

    private Jitter() {}

    /** Between zero and the duration. */
    static Duration upTo(Duration most) {
        return between(Duration.ZERO, most);
    }

    /** Between the two durations. */
    static Duration between(Duration least, Duration most) {
        long from = least.toNanos();
        long to = most.toNanos();
        return Duration.ofNanos(from >= to ? from : ThreadLocalRandom.current().nextLong(from, to + 1));
    }
}
