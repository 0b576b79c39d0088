package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A lock that is held. Its timers: one that starts the next renewal, and one that watches the deadline and never waits for a
 * call. What a renewal's answer means is decided here; when it is sent, in {@link Renewals}; how the record is removed, in
 * {@link Removal}.
 */
final class EngineLock implements HeldLock {

    private final Engine engine;
    private final StateKey key;
    private final LockInfo info;
    private final Optional<Lease> lease;
    private final LeaseState state;
    private final Optional<FencingToken> token;
    private final Callbacks callbacks;
    private final LockListener listener;
    private final Optional<Duration> maxHold;
    private final long acquired;
    private final Runnable ended;

    private final AtomicBoolean renewing = new AtomicBoolean();
    private final CompletableFuture<LockLostException> lost = new CompletableFuture<>();
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private final Object lock = new Object();

    /** The release under way or done; null before, and after one that applied nothing. */
    @GuardedBy("lock")
    private @Nullable CompletableFuture<Void> release;

    @GuardedBy("lock")
    private Scheduler.Scheduled renewalTimer = () -> {};

    @GuardedBy("lock")
    private Scheduler.Scheduled watchTimer = () -> {};

    /** Completed by the next answer to a renewal; replaced when it is. */
    private volatile CompletableFuture<Void> nextAnswer = new CompletableFuture<>();

    /**
     * A lock just taken.
     *
     * @param ended run once, when the lock is released or lost
     */
    EngineLock(
            Engine engine, LockOptions options, Callbacks callbacks, Confirmation.Confirmed confirmed, Runnable ended) {
        OwnedLock owned = confirmed.lock();
        this.engine = engine;
        this.key = owned.key();
        this.info = owned.info();
        this.lease = owned.lease().map(Lease::new);
        this.state = new LeaseState(lease, engine.ticker, owned, confirmed.sent(), confirmed.sentWall());
        this.token = confirmed.token();
        this.callbacks = callbacks;
        this.listener = options.listener();
        this.maxHold = options.maxHold();
        this.acquired = engine.ticker.nanos();
        this.ended = ended;
    }

    /** Starts the timers and tells the listener. */
    void start(Optional<ObservedLock> takenFrom) {
        takenFrom.ifPresent(from -> callbacks.run(() -> listener.takenOver(this, from)));
        callbacks.run(() -> listener.acquired(this));
        lease.ifPresent(l -> {
            scheduleRenewal(l);
            scheduleWatch(l);
        });
    }

    // ---- renewals

    /** The moment by which a renewal must have succeeded. */
    long deadline() {
        return state.deadline();
    }

    /** How long a renewal may take. */
    Duration renewalTimeout() {
        Duration third = lease.map(Lease::renewAfter).orElse(engine.options.callTimeout());
        return third.compareTo(engine.options.callTimeout()) < 0 ? third : engine.options.callTimeout();
    }

    /** What to renew; empty once there is nothing to renew any more. */
    Optional<OwnedLock> renewalTarget() {
        LockStatus status = status();
        if (status == LockStatus.LOST || status == LockStatus.RELEASED) {
            renewing.set(false);
            return Optional.empty();
        }
        return Optional.of(state.owned());
    }

    /** A renewal was answered. */
    void onRenewal(Timed<RenewOutcome> answer) {
        renewing.set(false);
        if (answer.value() instanceof RenewOutcome.Renewed renewed) {
            onRenewed(renewed.lock(), answer);
        } else if (answer.value() instanceof RenewOutcome.Lost gone) {
            onRefused(gone.actual());
        } else if (answer.value() instanceof RenewOutcome.Refused refused) {
            retryRenewal("a renewal was refused: " + refused.cause().getMessage());
        } else if (answer.value() instanceof RenewOutcome.Unknown unknown) {
            retryRenewal("a renewal was not answered: " + unknown.cause());
        }
        answered();
    }

    /** A renewal overran its deadline or threw. */
    void onRenewalFailure(Throwable failure) {
        renewing.set(false);
        retryRenewal("a renewal failed: " + failure.getMessage());
        answered();
    }

    private void onRenewed(OwnedLock next, Timed<RenewOutcome> answer) {
        if (state.renewed(next, answer.sent(), answer.sentWall())) {
            callbacks.run(() -> listener.renewed(this));
            lease.ifPresent(this::scheduleRenewal);
        } else {
            // Too late: the timer may not have run yet, but nobody may rely on this lock any more. The store has just
            // given
            // it a fresh lease, which would keep others out for nothing.
            status();
            engine.removeQuietly(next);
        }
    }

    private void onRefused(Optional<ObservedLock> actual) {
        if (actual.isPresent() && actual.get().hasId(info.id())) {
            // An earlier renewal of ours was applied and its answer lost: the record is ours in a version we did not
            // know.
            String version = actual.get().version();
            if (version.equals(state.owned().version())) {
                retryRenewal("a renewal was refused, but its record is unchanged");
            } else {
                state.adopt(version);
                renewNow();
            }
        } else {
            lose(actual.map(a -> "its record is somebody else's now" + by(a)).orElse("its record is gone"));
        }
    }

    private void retryRenewal(String reason) {
        atRisk(reason);
        lease.ifPresent(l -> {
            Duration least = l.length().dividedBy(20);
            Duration floor = engine.options.changeInterval();
            Duration from = least.compareTo(floor) > 0 ? least : floor;
            renewIn(Jitter.between(from, from.multipliedBy(3).dividedBy(2)));
        });
    }

    private void atRisk(String reason) {
        if (state.atRisk()) {
            callbacks.run(() -> listener.atRisk(this, reason));
        }
    }

    private void scheduleRenewal(Lease l) {
        Duration in = l.renewAfter().minus(state.age());
        renewIn(Jitter.between(in.multipliedBy(9).dividedBy(10), in));
    }

    /** One timer at a time: a renewal out of turn must not start a second chain of renewals. */
    private void renewIn(Duration delay) {
        Scheduler.Scheduled next = engine.scheduler.schedule(delay, this::renewNow);
        synchronized (lock) {
            renewalTimer.cancel();
            renewalTimer = next;
        }
        cancelIfEnded(next);
    }

    private void renewNow() {
        if (!heldTooLong() && renewing.compareAndSet(false, true)) {
            engine.renewals.submit(this);
        }
    }

    private boolean heldTooLong() {
        Duration held = Duration.ofNanos(engine.ticker.nanos() - acquired);
        return maxHold.isPresent() && held.compareTo(maxHold.get()) >= 0;
    }

    /** In one step: of two answers at once, each must complete what it replaces, or somebody would wait without end. */
    private void answered() {
        CompletableFuture<Void> answer;
        synchronized (lock) {
            answer = nextAnswer;
            nextAnswer = new CompletableFuture<>();
        }
        answer.complete(null);
    }

    // ---- the deadline

    private void scheduleWatch(Lease l) {
        long left = state.deadline() - engine.ticker.nanos();
        Duration toLate = l.lateAfter().minus(state.age());
        Duration in = toLate.isNegative() || toLate.isZero() ? Duration.ofNanos(left) : toLate;
        Scheduler.Scheduled next = engine.scheduler.schedule(in, () -> watch(l));
        synchronized (lock) {
            watchTimer = next;
        }
        cancelIfEnded(next);
    }

    /** The hold may end while a timer is set: whichever of the two comes second cancels it. */
    private void cancelIfEnded(Scheduler.Scheduled timer) {
        if (hasEnded.get()) {
            timer.cancel();
        }
    }

    private void watch(Lease l) {
        LockStatus status = status();
        if (status == LockStatus.LOST || status == LockStatus.RELEASED) {
            return;
        }
        if (state.age().compareTo(l.lateAfter()) >= 0) {
            atRisk("the renewal is late");
        }
        scheduleWatch(l);
    }

    @Override
    public LockStatus status() {
        if (state.expireIfDue(deadlineReason())) {
            onLoss();
        } else if (state.suspended()) {
            atRisk("the machine was suspended");
            renewNow();
        }
        return state.status();
    }

    private String deadlineReason() {
        return heldTooLong()
                ? "it was held for longer than maxHold, " + maxHold.orElseThrow()
                : "its lease could not be renewed in time";
    }

    /** The record is known not to be ours. */
    void lose(String reason) {
        if (state.lose(reason)) {
            onLoss();
        }
    }

    /** This process has broken the lock by force. */
    void force() {
        callbacks.run(() -> listener.forced(this));
        lose("it was force-unlocked");
    }

    /** Run once, by whoever made the status LOST. */
    private void onLoss() {
        LockLostException reason = new LockLostException(key, info.id(), state.reason());
        callbacks.run(() -> listener.lost(this, reason));
        lost.complete(reason);
        answered();
        end();
    }

    private void end() {
        if (hasEnded.compareAndSet(false, true)) {
            synchronized (lock) {
                renewalTimer.cancel();
                watchTimer.cancel();
            }
            engine.held.remove(this);
            ended.run();
        }
    }

    // ---- the holder's side

    @Override
    public StateKey key() {
        return key;
    }

    @Override
    public LockInfo info() {
        return info;
    }

    @Override
    public Optional<Duration> remaining() {
        status();
        return state.remaining();
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return token;
    }

    @Override
    public void ensureHeld() {
        LockStatus status = status();
        // Twice: the first answer may be that of a renewal sent before the machine was suspended.
        for (int i = 0; i < 2 && state.suspended(); i++) {
            CompletableFuture<Void> answer = nextAnswer;
            status = status();
            if (state.suspended()) {
                Waits.getUninterruptibly(answer);
                status = status();
            }
        }
        if (state.suspended()) {
            throw new BackendUnavailableException(
                    "The machine was suspended while it held the lock " + info.id() + " of \"" + key
                            + "\", and the store could not be asked whether it still does",
                    null);
        }
        if (status == LockStatus.LOST) {
            throw new LockLostException(key, info.id(), state.reason());
        }
        if (status == LockStatus.RELEASED) {
            throw new IllegalStateException("The lock " + info.id() + " of \"" + key + "\" was released");
        }
    }

    @Override
    public void onLost(Consumer<LockLostException> callback) {
        lost.thenAccept(reason -> callbacks.run(() -> callback.accept(reason)));
    }

    @Override
    public void release() {
        Waits.getUninterruptibly(releaseAsync());
    }

    @Override
    public void close() {
        release();
    }

    /** Starts the release, or joins the one under way. Later calls succeed once the first has ended the hold. */
    CompletableFuture<Void> releaseAsync() {
        CompletableFuture<Void> started = new CompletableFuture<>();
        synchronized (lock) {
            if (release != null) {
                return release.isDone() ? CompletableFuture.completedFuture(null) : release;
            }
            release = started;
        }
        // Not under the lock, and only after the field is set: a fast store has answered before this thread goes on,
        // and then
        // a failure is dealt with right here. It must find the field that it resets.
        startRelease().whenComplete((done, failure) -> {
            if (failure == null) {
                started.complete(null);
            } else {
                started.completeExceptionally(Waits.unwrap(failure));
            }
        });
        return started;
    }

    private CompletableFuture<Void> startRelease() {
        status();
        state.release();
        answered();
        boolean wasLost = state.status() == LockStatus.LOST;
        return Removal.ofOwn(engine, state.owned()).handle((removed, failure) -> {
            if (wasLost) {
                throw new LockLostException(key, info.id(), state.reason());
            }
            afterRelease(removed, failure);
            return null;
        });
    }

    private void afterRelease(Removal.@Nullable Result removed, @Nullable Throwable failure) {
        end();
        if (failure != null) {
            throw releaseFailure(Waits.unwrap(failure));
        }
        if (removed != null && removed.verdict() != Removal.Verdict.REMOVED) {
            LockLostException reason = new LockLostException(
                    key,
                    info.id(),
                    "when it was released, its record was "
                            + removed.actual()
                                    .map(a -> "somebody else's" + by(a))
                                    .orElse("gone"));
            callbacks.run(() -> listener.lost(this, reason));
            throw reason;
        }
        callbacks.run(() -> listener.released(this));
    }

    /** Lets a later call try again, where nothing was applied; hands the record to the ghost hunt where that is not known. */
    private RuntimeException releaseFailure(Throwable failure) {
        if (failure instanceof OutcomeUnknownException) {
            engine.ghosts.watch(key, info.id(), engine.ticker.nanos());
        } else {
            synchronized (lock) {
                release = null;
            }
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    private static String by(ObservedLock other) {
        return other.info().map(i -> ": " + i.who() + " holds " + i.id()).orElse("");
    }
}
