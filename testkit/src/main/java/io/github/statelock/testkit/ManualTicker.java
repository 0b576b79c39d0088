package io.github.statelock.testkit;

import io.github.statelock.engine.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clocks that stand still until a test moves them. The monotonic clock starts three seconds before its number overflows,
 * as {@link System#nanoTime()} may, so that whoever compares readings instead of differences is found out.
 *
 * <p>Safe for use by several threads.
 */
public final class ManualTicker implements Ticker {

    private static final long START = Long.MAX_VALUE - Duration.ofSeconds(3).toNanos();
    private static final long WALL_START = Instant.parse("2026-01-02T03:04:05Z").toEpochMilli();

    private final AtomicLong elapsed = new AtomicLong();
    private final AtomicLong wallJump = new AtomicLong();

    /** Clocks at their start. */
    public ManualTicker() {}

    @Override
    public long nanos() {
        return START + elapsed.get();
    }

    @Override
    public long wallMillis() {
        return WALL_START + wallJump.get() + elapsed.get() / 1_000_000;
    }

    /**
     * Moves both clocks. Tasks of a {@link ManualScheduler} do not run by this: {@link ManualScheduler#advance} moves the
     * clocks and runs them.
     *
     * @param time how far; not negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("Time does not go back: " + time);
        }
        elapsed.addAndGet(time.toNanos());
    }

    /**
     * Moves the wall clock alone: ahead, as for a machine that was suspended, or back, as for one whose clock was set.
     *
     * @param jump how far; negative for back
     */
    public void jumpWall(Duration jump) {
        wallJump.addAndGet(jump.toMillis());
    }

    /**
     * How far the monotonic clock was moved in all.
     *
     * @return the time since the start
     */
    public Duration elapsed() {
        return Duration.ofNanos(elapsed.get());
    }
}
