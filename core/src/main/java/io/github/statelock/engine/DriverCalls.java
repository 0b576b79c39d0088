package io.github.statelock.engine;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Runs driver calls on a pool and enforces their deadlines: the answer comes in time or not at all. A call that overruns is
 * abandoned, never interrupted, since an interrupt closes file channels and with them other people's locks.
 */
final class DriverCalls {

    private enum State {
        WAITING,
        RUNNING,
        DROPPED
    }

    /** The call was sent and its answer did not come in time. */
    static final class OverrunException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OverrunException(Duration timeout) {
            super("no answer within " + timeout.toMillis() + " ms");
        }
    }

    /**
     * Whether a change that ended like that was surely not applied. Everything else that comes instead of an answer leaves that
     * open.
     */
    static boolean appliedNothing(Throwable failure) {
        return failure instanceof BackendDeniedException
                || failure instanceof BackendMisconfiguredException
                || failure instanceof BackendUnavailableException;
    }

    /**
     * An answer and its times on the monotonic clock.
     *
     * @param value the answer
     * @param sent before the request was sent
     * @param sentWall the wall clock at that moment
     * @param received after the answer was received
     */
    record Timed<T>(T value, long sent, long sentWall, long received) {}

    /**
     * One call.
     *
     * @param answer the answer, or the driver's exception; {@link OverrunException} if it was sent and overran;
     *     {@link BackendUnavailableException} if it was never sent
     * @param ended completed when the driver has really returned, or will never be called
     */
    record Call<T>(CompletableFuture<Timed<T>> answer, CompletableFuture<Void> ended) {}

    private final Lane lane;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Pace pace;
    private final FirstChange firstChange;
    private final Duration changeInterval;

    DriverCalls(Lane lane, EngineOptions options, Pace pace, FirstChange firstChange) {
        this.lane = lane;
        this.firstChange = firstChange;
        this.ticker = options.ticker();
        this.scheduler = options.scheduler();
        this.pace = pace;
        this.changeInterval = options.changeInterval();
    }

    /** Starts a read; its answer is complete when the timeout is over, counted from now. */
    <T> Call<T> start(Duration timeout, Supplier<T> request) {
        return start(Optional.empty(), timeout, request);
    }

    /** As {@link #start(Duration, Supplier)}, for a change: it is sent when its object's turn has come. */
    <T> Call<T> start(Pace.Change change, Duration timeout, Supplier<T> request) {
        return start(Optional.of(change), timeout, request);
    }

    private <T> Call<T> start(Optional<Pace.Change> change, Duration timeout, Supplier<T> request) {
        Call<T> call = new Call<>(new CompletableFuture<>(), new CompletableFuture<>());
        AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        try {
            Scheduler.Scheduled timer = scheduler.schedule(timeout, () -> overrun(call, state, timeout));
            call.answer().whenComplete((answer, failure) -> timer.cancel());
            execute(call, state, () -> runInTurn(call, state, change, request));
        } catch (Throwable e) {
            notStarted(call, state, e);
        }
        return call;
    }

    private <T> void execute(Call<T> call, AtomicReference<State> state, Runnable send) {
        lane.execute(new Lane.Task() {
            @Override
            public void run() {
                try {
                    send.run();
                } catch (Throwable e) { // of the pace or the scheduler: what the request throws is its answer
                    notStarted(call, state, e);
                }
            }

            @Override
            public void refused(Throwable cause) {
                notStarted(call, state, cause);
            }
        });
    }

    /** Asks for the turn on the pool's thread, right before the request is sent: between the two nothing may pile up. */
    private <T> void runInTurn(
            Call<T> call, AtomicReference<State> state, Optional<Pace.Change> change, Supplier<T> request) {
        if (state.get() != State.WAITING || (change.isPresent() && !mayChange(call, state))) {
            return;
        }
        Duration wait = change.map(c -> pace.take(c, changeInterval)).orElse(Duration.ZERO);
        if (wait.isZero()) {
            run(call, state, request);
            change.ifPresent(c -> pace.ended(c, changeInterval, call.answer()));
        } else {
            scheduler.schedule(wait, () -> execute(call, state, () -> runInTurn(call, state, change, request)));
        }
    }

    /** Counts as a part of the wait for the turn: when it takes too long, the change was not sent. */
    private <T> boolean mayChange(Call<T> call, AtomicReference<State> state) {
        try {
            firstChange.require();
            return state.get() == State.WAITING;
        } catch (StatelockException e) {
            if (state.compareAndSet(State.WAITING, State.DROPPED)) {
                fail(call, e);
            }
            return false;
        }
    }

    /** Sends the request, unless the call was dropped. */
    private <T> void run(Call<T> call, AtomicReference<State> state, Supplier<T> request) {
        if (!state.compareAndSet(State.WAITING, State.RUNNING)) {
            return;
        }
        long sent = ticker.nanos();
        long sentWall = ticker.wallMillis();
        try {
            T value = request.get();
            call.answer().complete(new Timed<>(value, sent, sentWall, ticker.nanos()));
        } catch (Throwable e) { // the caller decides; an Error too must reach it instead of a hung future
            call.answer().completeExceptionally(e);
        } finally {
            call.ended().complete(null);
        }
    }

    /** Unless it was sent: then its answer comes, or its timeout. */
    private static <T> void notStarted(Call<T> call, AtomicReference<State> state, Throwable cause) {
        if (state.compareAndSet(State.WAITING, State.DROPPED)) {
            fail(
                    call,
                    new BackendUnavailableException(
                            "Not sent: this process could not start a thread for the request: " + cause, cause));
        }
    }

    private static <T> void overrun(Call<T> call, AtomicReference<State> state, Duration timeout) {
        if (state.compareAndSet(State.WAITING, State.DROPPED)) {
            fail(
                    call,
                    new BackendUnavailableException(
                            "Not sent within " + timeout.toMillis()
                                    + " ms: all calls of this backend are waiting for answers, or its store limits"
                                    + " changes, or does not answer whether it checks conditions",
                            null));
        } else {
            call.answer().completeExceptionally(new OverrunException(timeout));
        }
    }

    private static <T> void fail(Call<T> call, RuntimeException failure) {
        call.answer().completeExceptionally(failure);
        call.ended().complete(null);
    }
}
