package io.github.statelock.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for conditions in real time, each with a deadline. */
final class RealTime {

    private static final long LOOK_NANOS = 1_000_000;

    private RealTime() {}

    /** Waits until the condition holds, or fails naming it. */
    static void await(String what, Duration limit, BooleanSupplier condition) {
        if (!passUntil(condition, limit)) {
            throw new AssertionError("Waited " + limit.toSeconds() + " s for " + what);
        }
    }

    /** Waits until the condition holds or the limit is over; says which. */
    static boolean passUntil(BooleanSupplier condition, Duration limit) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start >= limit.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}
