package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.Remedy;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Removes one lock record, by conditional deletes that are repeated until one of them is decided or the call timeout is over.
 * Runs on the engine's threads, so that an interrupt of the caller cannot cut it.
 *
 * <p>Why it is safe: every delete names a version that an answer showed under the ID that is to be removed. A record with
 * another ID is never touched. After an unanswered delete, "gone" and "somebody else's" mean that ours was applied or that
 * the record went some other way; either way it is gone.
 */
final class Removal {

    /** What became of the record. */
    enum Verdict {
        /** Removed by us. */
        REMOVED,
        /** It was not there, and no request of ours can have removed it. */
        GONE,
        /** Somebody else's record is there. */
        OTHER
    }

    /**
     * The end of a removal.
     *
     * @param verdict what became of the record
     * @param actual the record that is there instead
     */
    record Result(Verdict verdict, Optional<ObservedLock> actual) {}

    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    private static final Duration LAST_RETRY = Duration.ofSeconds(1);

    private final Engine engine;
    private final StateKey key;
    private final String id;
    private final Predicate<ObservedLock> isMeant;
    private final long deadline;
    private final Backoff retry = new Backoff(FIRST_RETRY, LAST_RETRY);
    private final CompletableFuture<Result> result = new CompletableFuture<>();

    /** What the next attempt asks for. Written by one callback at a time, as {@link #unanswered}. */
    private volatile Supplier<ReleaseOutcome> request;

    /** Written by one callback at a time: an attempt starts only after the answer to the one before. */
    private volatile boolean unanswered;

    private Removal(
            Engine engine, StateKey key, String id, Predicate<ObservedLock> isMeant, Supplier<ReleaseOutcome> request) {
        this.engine = engine;
        this.key = key;
        this.id = id;
        this.isMeant = isMeant;
        this.request = request;
        this.deadline = engine.ticker.nanos() + engine.options.callTimeout().toNanos();
    }

    /** Removes a record of ours. After an unanswered renewal its version may be another; its ID is not. */
    static CompletableFuture<Result> ofOwn(Engine engine, OwnedLock owned) {
        String id = owned.info().id();
        return new Removal(engine, owned.key(), id, actual -> actual.hasId(id), () -> engine.driver.release(owned))
                .start();
    }

    /** Removes a record that somebody named by its ID, in whatever version it is. */
    static CompletableFuture<Result> ofNamed(Engine engine, ObservedLock observed, String id) {
        return new Removal(
                        engine,
                        observed.key(),
                        id,
                        actual -> engine.driver.identifies(actual, id),
                        () -> engine.driver.breakLock(observed, id))
                .start();
    }

    /** Removes a record that nobody has renewed, only in the version observed: in another, its holder lives. */
    static CompletableFuture<Result> ofDead(Engine engine, ObservedLock observed, String id) {
        return new Removal(engine, observed.key(), id, actual -> false, () -> engine.driver.breakLock(observed, id))
                .start();
    }

    /** The timer is for what must not happen: an answer that gets lost in this process. The last attempt ends before it. */
    private CompletableFuture<Result> start() {
        try {
            Scheduler.Scheduled timer =
                    engine.scheduler.schedule(engine.options.callTimeout().plus(LAST_RETRY), this::overdue);
            result.whenComplete((value, failure) -> timer.cancel());
        } catch (Throwable e) { // the timer's thread could not be started: nothing could be tried again
            fail(notSent(e));
            return result;
        }
        attempt();
        return result;
    }

    private void overdue() {
        unanswered = true;
        fail(new IllegalStateException("The answer was lost in this process"));
    }

    private void attempt() {
        Duration left = left();
        Duration most = engine.options.callTimeout().dividedBy(2); // so that a lost answer leaves time to ask again
        Duration timeout = left.compareTo(most) < 0 ? left : most;
        Call<ReleaseOutcome> call;
        try {
            call = engine.threads.removalCalls.start(engine.change(key), timeout, request);
        } catch (Throwable e) {
            again(notSent(e));
            return;
        }
        call.answer().whenComplete((answer, failure) -> {
            try {
                if (failure == null) {
                    onAnswer(answer);
                } else {
                    onFailure(failure);
                }
            } catch (Throwable e) { // whatever a driver's predicate throws, the caller must not be left waiting
                result.completeExceptionally(e);
            }
        });
    }

    private static BackendUnavailableException notSent(Throwable cause) {
        return new BackendUnavailableException("The request could not be sent: " + cause, cause);
    }

    private void onAnswer(Timed<ReleaseOutcome> answer) {
        if (answer.value() instanceof ReleaseOutcome.Released) {
            end(Verdict.REMOVED, Optional.empty());
        } else if (answer.value() instanceof ReleaseOutcome.AlreadyGone) {
            end(unanswered ? Verdict.REMOVED : Verdict.GONE, Optional.empty());
        } else if (answer.value() instanceof ReleaseOutcome.NotOwner other) {
            onOther(other.actual());
        } else if (answer.value() instanceof ReleaseOutcome.Unknown unknown) {
            unanswered = true;
            again(unknown.cause());
        }
    }

    private void onOther(ObservedLock actual) {
        if (isMeant.test(actual) && !left().isZero()) {
            request = () -> engine.driver.breakLock(actual, id); // renewed since: the same lock in another version
            attempt();
        } else if (isMeant.test(actual)) {
            fail(new BackendUnavailableException("The lock is renewed faster than it can be removed", null));
        } else {
            end(unanswered ? Verdict.REMOVED : Verdict.OTHER, Optional.of(actual));
        }
    }

    private void onFailure(Throwable failure) {
        if (failure instanceof BackendUnavailableException) {
            again(failure);
        } else if (DriverCalls.appliedNothing(failure)) {
            fail(failure);
        } else {
            unanswered = true;
            again(failure);
        }
    }

    private void again(Throwable cause) {
        Duration pause = retry.next(cause);
        if (left().compareTo(pause) <= 0) {
            fail(cause);
        } else {
            try {
                engine.scheduler.schedule(pause, this::attempt);
            } catch (Throwable e) {
                cause.addSuppressed(e);
                fail(cause);
            }
        }
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - engine.ticker.nanos()));
    }

    private void end(Verdict verdict, Optional<ObservedLock> actual) {
        result.complete(new Result(verdict, actual));
    }

    private void fail(Throwable cause) {
        if (!unanswered && DriverCalls.appliedNothing(cause)) {
            result.completeExceptionally(cause);
            return;
        }
        result.completeExceptionally(new OutcomeUnknownException(
                "Whether the lock " + id + " of \"" + key + "\" is removed is not known: no answer within "
                        + engine.options.callTimeout().toMillis() + " ms.",
                new Remedy.ForceUnlock(key, id, "If it is still there, remove it with"),
                cause));
    }
}
