package io.github.statelock.engine;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One write or delete of a state, sent until it is decided. Belongs to the thread that writes.
 *
 * <p>A refusal or a missing answer is resolved by one read: the state carries our write ID, so ours was applied; or the
 * condition still holds, so it was not (yet) and is sent again, and of two sends on one base the store applies one; or the
 * state moved on. If it moved on and every request of ours was answered by a refusal, ours was not applied: a conflict. If one
 * went unanswered, ours may have been applied and replaced since: unknown. The content tells nothing: two writers that compute
 * the same bytes from the same base would both believe that they won.
 */
final class StateChange {

    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    private static final Duration LAST_RETRY = Duration.ofSeconds(2);

    private final StateDriver driver;
    private final EngineOptions options;
    private final EngineThreads threads;
    private final CompletableFuture<Void> closed;
    private final StateWrite change;
    private final Pace.Change object;
    private final long deadline;
    private final Backoff retry = new Backoff(FIRST_RETRY, LAST_RETRY);
    private final long patience;
    private boolean unanswered;
    private @Nullable Throwable lastTrouble;

    /** How long the store has not served; counted from the first refusal to serve after its last answer. */
    private OptionalLong notServedSince = OptionalLong.empty();

    /**
     * A change.
     *
     * @param closed completed when the clients are closed: nothing is answered any more
     */
    StateChange(
            StateDriver driver,
            EngineOptions options,
            EngineThreads threads,
            CompletableFuture<Void> closed,
            StateWrite change,
            Pace.Change object) {
        this.closed = closed;
        this.object = object;
        this.driver = driver;
        this.options = options;
        this.threads = threads;
        this.change = change;
        this.patience = options.callTimeout().multipliedBy(2).toNanos();
        this.deadline = options.ticker().nanos() + options.transferTimeout().toNanos();
    }

    /** Writes, and says which version that made. */
    StateVersion write() {
        while (true) {
            if (send(() -> driver.write(change)) instanceof WriteOutcome.Written written) {
                return written.version();
            }
            Optional<StoredState> current = look();
            if (current.flatMap(StoredState::writeId)
                    .filter(change.writeId()::equals)
                    .isPresent()) {
                return applied(current.get());
            }
            pauseOrFail(current);
        }
    }

    /**
     * The state carries our write ID. Programs that keep metadata as they find it (Terraform on Azure) leave it there when
     * they write: if the content is not ours, ours was applied and replaced since.
     */
    private StateVersion applied(StoredState stored) {
        if (!stored.state().hasContent(change.content())) {
            throw unknown(lastTrouble);
        }
        return stored.state().version();
    }

    /** Deletes; a state that is gone is what was wanted, whoever removed it. */
    void delete() {
        while (true) {
            if (send(() -> driver.delete(change)) instanceof WriteOutcome.Deleted) {
                return;
            }
            Optional<StoredState> current = look();
            if (current.isEmpty()) {
                return;
            }
            pauseOrFail(current);
        }
    }

    private WriteOutcome send(Supplier<WriteOutcome> request) {
        WriteOutcome outcome;
        throwIfClosed();
        try {
            Duration left = left();
            Duration most = options.changeTimeout();
            outcome = answer(threads.stateCalls.start(object, left.compareTo(most) < 0 ? left : most, request));
        } catch (BackendUnavailableException e) {
            notServed(e);
            return new WriteOutcome.Refused();
        } catch (BackendDeniedException | BackendMisconfiguredException | LockHeldException | LockLostException e) {
            throw unanswered ? unknown(e) : e;
        } catch (RuntimeException e) {
            outcome = new WriteOutcome.Unknown(e);
        }
        if (outcome instanceof WriteOutcome.Unknown unknown) {
            unanswered = true;
            lastTrouble = unknown.cause();
        }
        return outcome;
    }

    /** The state as it is now. */
    private Optional<StoredState> look() {
        while (true) {
            try {
                Optional<StoredState> current = answer(threads.stateCalls.start(left(), this::read));
                notServedSince = OptionalLong.empty();
                return current;
            } catch (BackendUnavailableException | DriverCalls.OverrunException | DriverStateStore.ClosedException e) {
                notServed(e);
                pauseUntilDeadline();
            } catch (RuntimeException e) {
                throw unanswered ? unknown(e) : e;
            }
        }
    }

    /** Nothing is sent any more once the backend is closed; what is under way is waited for until its clients are closed. */
    private void throwIfClosed() {
        if (threads.isClosed()) {
            throw unanswered
                    ? unknown(lastTrouble)
                    : new BackendUnavailableException(
                            "The state \"" + change.key()
                                    + "\" was not changed: the backend was closed before the store" + " served",
                            lastTrouble);
        }
    }

    private Optional<StoredState> read() {
        return change.lockId().isPresent()
                ? driver.readUnderLock(change.key(), change.lockId().get())
                : driver.read(change.key());
    }

    /** Returns if the condition still holds and the change may be sent again. */
    private void pauseOrFail(Optional<StoredState> current) {
        Optional<StateVersion> actual = current.map(stored -> stored.state().version());
        if (!stillHolds(actual)) {
            throw unanswered ? unknown(lastTrouble) : new StateConflictException(change.key(), base(), actual);
        }
        pauseUntilDeadline();
    }

    private boolean stillHolds(Optional<StateVersion> actual) {
        if (change.condition() instanceof WriteCondition.Unconditional) {
            return !unanswered; // whether ours was applied and replaced since cannot be told: sending again might undo
            // the other
        }
        return actual.equals(base());
    }

    private Optional<StateVersion> base() {
        return change.condition() instanceof WriteCondition.IfVersion v ? Optional.of(v.version()) : Optional.empty();
    }

    private void notServed(Throwable e) {
        lastTrouble = e;
        if (notServedSince.isEmpty()) {
            notServedSince = OptionalLong.of(options.ticker().nanos());
        }
    }

    /** Whether nothing of ours is on its way and the store has not served for long: waiting longer would tell nothing. */
    private boolean isInVain() {
        return !unanswered
                && notServedSince.isPresent()
                && options.ticker().nanos() - notServedSince.getAsLong() >= patience;
    }

    private void pauseUntilDeadline() {
        throwIfClosed();
        Duration pause = retry.next(lastTrouble);
        if (left().compareTo(pause) <= 0 || isInVain()) {
            if (unanswered) {
                throw unknown(lastTrouble);
            }
            throw lastTrouble instanceof StatelockException e
                    ? e
                    : new BackendUnavailableException(
                            "The state \"" + change.key() + "\" could not be changed: the store does not serve",
                            lastTrouble);
        }
        CompletableFuture<Void> over = new CompletableFuture<>();
        Scheduler.Scheduled timer = timer(pause, over);
        Waits.getUninterruptibly(CompletableFuture.anyOf(over, closed));
        timer.cancel();
        throwIfClosed();
    }

    private Scheduler.Scheduled timer(Duration pause, CompletableFuture<Void> over) {
        try {
            return options.scheduler().schedule(pause, () -> over.complete(null));
        } catch (RejectedExecutionException e) {
            throw unanswered ? unknown(e) : SystemScheduler.notStarted(e);
        }
    }

    private OutcomeUnknownException unknown(@Nullable Throwable cause) {
        return new OutcomeUnknownException(
                "Whether the state \"" + change.key() + "\" was changed is not known: a request went unanswered, and "
                        + "what is stored now does not tell. Read it, and apply the change again if it is not there.",
                cause);
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - options.ticker().nanos()));
    }

    private <T> T answer(DriverCalls.Call<T> call) {
        return DriverStateStore.answer(call, closed);
    }
}
