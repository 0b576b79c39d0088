package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps the changes of one object apart once the store has throttled one of them, for a store that limits how often an object
 * is changed. Then, and for a minute after the last such answer, a change is sent no sooner than the interval after the one
 * before was answered, or sent if it was not answered. Until then changes are sent at once: most stores let a few through. All
 * backends of a JVM keep one pace, since the store counts what comes from all of them. Never blocks. Safe for use by several
 * threads.
 */
final class Pace {

    /**
     * A change of one object.
     *
     * @param object the object, the same text in every backend of the JVM
     * @param gives whether a change that does not give goes first: a create must not cost a holder its renewal
     */
    record Change(String object, boolean gives) {}

    /**
     * An object with a change that was throttled.
     *
     * @param freeAt when it may be changed again
     * @param until when it is no longer limited
     */
    private record Limit(long freeAt, long until) {}

    private static final Pace OF_THIS_JVM = new Pace(Ticker.system());
    private static final long COURTESY_NANOS = Duration.ofMillis(50).toNanos();
    private static final long LIMITED_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int FEW = 1024;

    private final Ticker ticker;
    private final Object lock = new Object();

    /** The objects with a change that was throttled in the last minute. */
    @GuardedBy("lock")
    private final Map<String, Limit> limits = new HashMap<>();

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
        synchronized (lock) {
            long now = ticker.nanos();
            Limit limit = limits.get(change.object());
            if (limit == null || now - limit.until() >= 0) {
                return Duration.ZERO;
            }
            long wait = limit.freeAt() - now;
            // A change that does not give asks again at that very moment, and has the turn before one that gives may
            // ask.
            if (wait > 0 || (change.gives() && wait > -COURTESY_NANOS)) {
                return Duration.ofNanos(wait + (change.gives() ? COURTESY_NANOS : 0));
            }
            limits.put(change.object(), new Limit(now + interval.toNanos(), limit.until()));
            return Duration.ZERO;
        }
    }

    /** A change was sent and has its answer, or none: the store may have counted it only now. */
    <T> void ended(Change change, Duration interval, CompletableFuture<Timed<T>> answer) {
        if (interval.isZero()) {
            return;
        }
        boolean throttled = isThrottled(answer);
        synchronized (lock) {
            long now = ticker.nanos();
            Limit limit = limits.get(change.object());
            if (throttled) {
                limits.put(change.object(), new Limit(now + interval.toNanos(), now + LIMITED_NANOS));
                purge(now);
            } else if (limit != null && !answer.isCompletedExceptionally()) {
                limits.put(change.object(), new Limit(now + interval.toNanos(), limit.until()));
            }
        }
    }

    private static <T> boolean isThrottled(CompletableFuture<Timed<T>> answer) {
        Optional<Throwable> failure = answer.<Optional<Throwable>>handle(
                        (timed, thrown) -> timed == null ? Optional.ofNullable(thrown) : refusal(timed.value()))
                .getNow(Optional.empty());
        return failure.flatMap(Backoff::retryAfter).isPresent();
    }

    /** A refused renewal is an answer to the engine. */
    private static Optional<Throwable> refusal(Object answer) {
        return answer instanceof RenewOutcome.Refused refused ? Optional.of(refused.cause()) : Optional.empty();
    }

    /** Forgets the objects that are no longer limited, whenever there are twice as many as were. */
    @GuardedBy("lock")
    private void purge(long now) {
        if (limits.size() > purgeAbove) {
            limits.values().removeIf(limit -> now - limit.until() >= 0);
            purgeAbove = Math.max(FEW, 2 * limits.size());
        }
    }
}
