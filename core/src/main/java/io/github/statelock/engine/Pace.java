package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps the changes of one object apart, for a store that limits them: a change is sent no sooner than the interval after the
 * one before was answered, or sent if it was not answered. All backends of a JVM keep one pace, since the store counts what
 * comes from all of them. Never blocks. Safe for use by several threads.
 */
final class Pace {

    /**
     * A change of one object.
     *
     * @param object the object, the same text in every backend of the JVM
     * @param gives whether a change that does not give goes first: a create must not cost a holder its renewal
     */
    record Change(String object, boolean gives) {}

    private static final Pace OF_THIS_JVM = new Pace(Ticker.system());
    private static final long COURTESY_NANOS = Duration.ofMillis(50).toNanos();
    private static final int FEW = 1024;

    private final Ticker ticker;
    private final Object lock = new Object();

    /** When each object may be changed again. */
    @GuardedBy("lock")
    private final Map<String, Long> freeAt = new HashMap<>();

    @GuardedBy("lock")
    private int purgeAbove = FEW;

    private Pace(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The pace of all who read that clock; times of two clocks cannot be compared. */
    static Pace of(Ticker ticker) {
        return ticker == Ticker.system() ? OF_THIS_JVM : new Pace(ticker);
    }

    /** Takes the object's turn and gives zero; or says how long to wait before asking again. */
    Duration take(Change change, Duration interval) {
        if (interval.isZero()) {
            return Duration.ZERO;
        }
        synchronized (lock) {
            long now = ticker.nanos();
            Long free = freeAt.get(change.object());
            if (free != null) {
                long wait = free - now;
                // Whoever does not give asks again at that very moment, and has the turn before one who gives may ask.
                if (wait > 0 || (change.gives() && wait > -COURTESY_NANOS)) {
                    return Duration.ofNanos(wait + (change.gives() ? COURTESY_NANOS : 0));
                }
            }
            freeAt.put(change.object(), now + interval.toNanos());
            purge(now);
            return Duration.ZERO;
        }
    }

    /** A change was answered: the store may have counted it only now. */
    void answered(Change change, Duration interval) {
        if (!interval.isZero()) {
            synchronized (lock) {
                freeAt.put(change.object(), ticker.nanos() + interval.toNanos());
            }
        }
    }

    /** Forgets the objects that are free, whenever there are twice as many as were not. */
    @GuardedBy("lock")
    private void purge(long now) {
        if (freeAt.size() > purgeAbove) {
            freeAt.values().removeIf(free -> now - free > COURTESY_NANOS);
            purgeAbove = Math.max(FEW, 2 * freeAt.size());
        }
    }
}
