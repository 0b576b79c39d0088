package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps this process from starving others. Its threads hand a lock over at once, while another process looks only now and then.
 * So the time is measured for which a key that others want too stays in this process. When that was long enough, the key is left
 * free for as long as others pause between two looks. Safe for use by several threads; keeps the keys that were used last.
 */
final class Fairness {

    private static final int MOST = 10_000;

    /** One key that another process was seen to hold. */
    private static final class Run {
        /** Whether this process has held the lock since. */
        boolean started;

        /** When this process took the lock first. */
        long since;

        /** When it last released the lock. */
        long ended;
    }

    private final Ticker ticker;
    private final Duration longestPause;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<StateKey, Run> runs = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StateKey, Run> eldest) {
            return size() > MOST;
        }
    };

    Fairness(EngineOptions options) {
        this.ticker = options.ticker();
        this.longestPause = options.pollTo();
    }

    /** Another process holds the lock. */
    void heldElsewhere(StateKey key) {
        synchronized (lock) {
            runs.put(key, new Run());
        }
    }

    /** This process has taken the lock. */
    void taken(StateKey key) {
        synchronized (lock) {
            Run run = runs.get(key);
            if (run != null && (!run.started || left(run).isZero())) {
                run.started = true;
                run.since = ticker.nanos();
            }
        }
    }

    /** This process does not hold the lock any more. */
    void ended(StateKey key) {
        synchronized (lock) {
            Run run = runs.get(key);
            if (run != null) {
                run.ended = ticker.nanos();
            }
        }
    }

    /** How long the key is to be left free for others; zero where it was free for long enough, or others do not want it. */
    Duration yieldFor(StateKey key) {
        synchronized (lock) {
            Run run = runs.get(key);
            if (run == null
                    || !run.started
                    || run.ended - run.since < longestPause.dividedBy(2).toNanos()) {
                return Duration.ZERO;
            }
            return left(run);
        }
    }

    /** The key was left free, and no other process took it: none waits. */
    void unclaimed(StateKey key) {
        synchronized (lock) {
            runs.remove(key);
        }
    }

    /** What is left of the time in which each waiting process looks once. */
    private Duration left(Run run) {
        long left = run.ended + longestPause.toNanos() - ticker.nanos();
        return Duration.ofNanos(Math.max(0, left));
    }
}
