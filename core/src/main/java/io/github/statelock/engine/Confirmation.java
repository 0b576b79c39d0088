package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.FencingToken;
import io.github.statelock.ObservedLock;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a record which seems ours is ours still, before anybody relies on it: by a renewal where too much of its
 * lease has gone by, and by a fencing token where one is wanted. Belongs to the thread that acquires.
 *
 * <p>A token counts only if the record was ours <em>after</em> the counter was raised: otherwise a new holder may have drawn a
 * lower one in between, and the resource behind it would take the old holder for the newer.
 */
final class Confirmation {

    /**
     * A lock that is ours.
     *
     * @param lock the record
     * @param sent when the request was sent from which its lease counts
     * @param sentWall the wall clock at that moment
     * @param token the fencing token, where one was wanted
     */
    record Confirmed(OwnedLock lock, long sent, long sentWall, Optional<FencingToken> token) {}

    private final Engine engine;
    private final Attempt attempt;
    private final Patience patience;

    Confirmation(Engine engine, Attempt attempt, Patience patience) {
        this.engine = engine;
        this.attempt = attempt;
        this.patience = patience;
    }

    /**
     * Confirms a lock.
     *
     * @param sent the earliest send that may have written the record
     * @return the lock; empty if it turned out not to be ours any more
     */
    Optional<Confirmed> confirm(OwnedLock owned, long sent, long sentWall, boolean fencing)
            throws InterruptedException {
        Confirmed confirmed = new Confirmed(owned, sent, sentWall, Optional.empty());
        if (fencing) {
            confirmed = fence(confirmed);
        }
        if (confirmed != null && isAtRisk(confirmed)) {
            confirmed = renew(confirmed.lock(), confirmed.token());
        }
        return Optional.ofNullable(confirmed);
    }

    private boolean isAtRisk(Confirmed lock) {
        Optional<Duration> lease = lock.lock().lease();
        return lease.isPresent()
                && engine.ticker.nanos() - lock.sent()
                        >= new Lease(lease.get()).renewAfter().toNanos();
    }

    private @Nullable Confirmed renew(OwnedLock first, Optional<FencingToken> token) throws InterruptedException {
        OwnedLock owned = first;
        while (true) {
            OwnedLock target = owned;
            Timed<RenewOutcome> answer =
                    ask(engine.change(target.key()), () -> engine.driver.renew(target), RenewOutcome.Unknown::new);
            if (answer.value() instanceof RenewOutcome.Renewed renewed) {
                attempt.hold(renewed.lock());
                return new Confirmed(renewed.lock(), answer.sent(), answer.sentWall(), token);
            } else if (answer.value() instanceof RenewOutcome.Lost lost) {
                Optional<OwnedLock> newer = ours(lost.actual());
                if (newer.isEmpty()) {
                    return null;
                }
                owned = newer.get();
                patience.pauseAfter(
                        new BackendUnavailableException("An older renewal of ours came first", null), attempt);
            } else if (answer.value() instanceof RenewOutcome.Refused refused) {
                if (!(refused.cause() instanceof BackendUnavailableException)) {
                    throw refused.cause();
                }
                patience.pauseAfter(refused.cause(), attempt);
            } else if (answer.value() instanceof RenewOutcome.Unknown unknown) {
                patience.pauseAfter(unknown.cause(), attempt);
            }
        }
    }

    private @Nullable Confirmed fence(Confirmed confirmed) throws InterruptedException {
        OwnedLock owned = confirmed.lock();
        while (true) {
            OwnedLock target = owned;
            Timed<FenceOutcome> answer =
                    ask(engine.fence(target.key()), () -> engine.driver.drawFence(target), FenceOutcome.Unknown::new);
            if (answer.value() instanceof FenceOutcome.Confirmed proved) {
                attempt.hold(proved.lock());
                return new Confirmed(proved.lock(), confirmed.sent(), confirmed.sentWall(), token(proved.token()));
            } else if (answer.value() instanceof FenceOutcome.Drawn drawn) {
                return renew(owned, token(drawn.token()));
            } else if (answer.value() instanceof FenceOutcome.Lost lost) {
                Optional<OwnedLock> newer = ours(lost.actual());
                if (newer.isEmpty()) {
                    return null;
                }
                owned = newer.get();
                patience.pauseAfter(new BackendUnavailableException("A renewal of ours came first", null), attempt);
            } else if (answer.value() instanceof FenceOutcome.Unknown unknown) {
                patience.pauseAfter(unknown.cause(), attempt);
            }
        }
    }

    private Optional<OwnedLock> ours(Optional<ObservedLock> actual) {
        return actual.filter(attempt::isOurs).map(attempt::take);
    }

    private static Optional<FencingToken> token(long value) {
        return Optional.of(new FencingToken(value));
    }

    /**
     * The answer, or the outcome that stands for "none". What the store says is wrong ends the acquisition, such as a denial or
     * a corrupt fence counter: the same request would fail again. Only "unavailable" is tried again.
     */
    private <T> Timed<T> ask(Pace.Change change, Supplier<T> request, Function<Throwable, T> none)
            throws InterruptedException {
        try {
            return Waits.get(engine.threads
                    .createCalls
                    .start(change, patience.callTimeout(), request)
                    .answer());
        } catch (RuntimeException e) {
            if (e instanceof StatelockException && !(e instanceof BackendUnavailableException)) {
                throw e;
            }
            return new Timed<>(none.apply(e), 0, 0, 0);
        }
    }
}
