package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the lease of one held lock, by two timers: one starts the next renewal, and one watches the deadline and never waits
 * for a call. What a renewal's answer means is decided here; when it is sent, in {@link Renewals}. Safe for use by several
 * threads.
 */
final class LeaseKeeper {

    /** Told what becomes of the lease, under no lock. */
    interface Events {
        void renewed();

        void atRisk(String reason);

        /** Told once. */
        void lost(String reason);
    }

    private final Engine engine;
    private final String id;
    private final Optional<Lease> lease;
    private final LeaseState state;
    private final Optional<Duration> maxHold;
    private final long acquired;
    private final Events events;
    private final AtomicBoolean renewing = new AtomicBoolean();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private Scheduler.Scheduled renewalTimer = () -> {};

    @GuardedBy("lock")
    private Scheduler.Scheduled watchTimer = () -> {};

    /** Completed by the next answer to a renewal; replaced when it is. */
    @GuardedBy("lock")
    private CompletableFuture<Void> nextAnswer = new CompletableFuture<>();

    /** Whether a thread stays for our renewals. */
    @GuardedBy("lock")
    private boolean warm;

    private volatile boolean stopped;

    LeaseKeeper(Engine engine, LockOptions options, Confirmation.Confirmed confirmed, Events events) {
        OwnedLock owned = confirmed.lock();
        this.engine = engine;
        this.id = owned.info().id();
        this.lease = owned.lease().map(Lease::new);
        this.state = new LeaseState(lease, engine.ticker, owned, confirmed.sent(), confirmed.sentWall());
        this.maxHold = options.maxHold();
        this.acquired = engine.ticker.nanos();
        this.events = events;
    }

    /** Starts the timers; a lock without lease has none. */
    void start() {
        lease.ifPresent(l -> {
            keepWarm();
            scheduleRenewal(l);
            scheduleWatch(l);
        });
    }

    /** The hold may have ended already, by the word of a listener. */
    private void keepWarm() {
        synchronized (lock) {
            warm = !stopped;
            if (stopped) {
                return;
            }
        }
        engine.threads.warm.leaseStarted();
    }

    /** Cancels the timers: the hold has ended. */
    void stop() {
        boolean wasWarm;
        synchronized (lock) {
            stopped = true;
            renewalTimer.cancel();
            watchTimer.cancel();
            wasWarm = warm;
            warm = false;
        }
        if (wasWarm) {
            engine.threads.warm.leaseEnded();
        }
    }

    /** The record in the newest version that an answer showed. */
    OwnedLock owned() {
        return state.owned();
    }

    /** Why it is lost; empty if it is not. */
    String reason() {
        return state.reason();
    }

    /** The time to the deadline; empty without lease, zero once lost or released. */
    Optional<Duration> remaining() {
        status();
        return state.remaining();
    }

    /** The holder gives the lock up: no more renewals. Whether it was lost before. */
    boolean giveUp() {
        status();
        state.release();
        answered();
        return state.status() == LockStatus.LOST;
    }

    /**
     * Where the machine was suspended, waits for the renewal that decides whether the lock is still ours. Once maxHold is over
     * no renewal is sent, so that nothing is worth waiting for.
     *
     * @return whether it is decided
     */
    boolean awaitDecision() {
        // Twice: the first answer may be that of a renewal sent before the machine was suspended.
        for (int i = 0; i < 2 && state.suspended(); i++) {
            CompletableFuture<Void> answer = nextAnswer();
            status();
            if (state.suspended() && heldTooLong() && !renewing.get()) {
                return false;
            }
            if (state.suspended()) {
                Waits.getUninterruptibly(answer);
            }
        }
        return !state.suspended();
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
        try {
            if (answer.value() instanceof RenewOutcome.Renewed renewed) {
                onRenewed(renewed.lock(), answer);
            } else if (answer.value() instanceof RenewOutcome.Lost gone) {
                onRefused(gone.actual());
            } else if (answer.value() instanceof RenewOutcome.Refused refused) {
                retryRenewal("a renewal was refused: " + refused.cause().getMessage(), refused.cause());
            } else if (answer.value() instanceof RenewOutcome.Unknown unknown) {
                retryRenewal("a renewal was not answered: " + unknown.cause(), unknown.cause());
            }
        } finally {
            answered();
        }
    }

    /** A renewal overran its deadline or threw. */
    void onRenewalFailure(Throwable failure) {
        renewing.set(false);
        try {
            retryRenewal("a renewal failed: " + failure.getMessage(), failure);
        } finally {
            answered();
        }
    }

    private void onRenewed(OwnedLock next, Timed<RenewOutcome> answer) {
        if (state.renewed(next, answer.sent(), answer.sentWall())) {
            events.renewed();
            lease.ifPresent(this::scheduleRenewal);
        } else if (status() == LockStatus.LOST) {
            // Too late: nobody may rely on this lock any more, and its fresh lease would keep others out for nothing.
            // One that is being released has its release for that, which must not find the record gone.
            engine.removeQuietly(next);
        }
    }

    private void onRefused(Optional<ObservedLock> actual) {
        if (actual.isPresent() && actual.get().hasId(id)) {
            // An earlier renewal of ours was applied unanswered: the record is ours in a version we did not know.
            String version = actual.get().version();
            if (version.equals(state.owned().version())) {
                retryRenewal("a renewal was refused, but its record is unchanged", null);
            } else {
                state.adopt(version);
                renewNow();
            }
        } else {
            lose(actual.map(a -> "its record is somebody else's now" + EngineLock.by(a))
                    .orElse("its record is gone"));
        }
    }

    /** Soon, and not before the store wants it; but so that a store which asks for a long time is tried again all the same. */
    private void retryRenewal(String reason, @Nullable Throwable cause) {
        atRisk(reason);
        lease.ifPresent(l -> {
            Duration least = l.length().dividedBy(20);
            Duration most = Duration.ofNanos(Math.max(0, state.deadline() - engine.ticker.nanos()))
                    .dividedBy(3);
            Duration asked = Backoff.retryAfter(cause).orElse(Duration.ZERO);
            Duration from = longer(least, asked.compareTo(most) < 0 ? asked : most);
            renewIn(Jitter.between(from, from.multipliedBy(3).dividedBy(2)));
        });
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private void atRisk(String reason) {
        if (state.atRisk()) {
            events.atRisk(reason);
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
            try {
                engine.renewals.submit(this);
            } catch (Throwable e) { // or the lock would never be renewed again
                renewing.set(false);
                throw e;
            }
        }
    }

    /** Whether maxHold is over, from when on no renewal is sent. */
    boolean heldTooLong() {
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

    private CompletableFuture<Void> nextAnswer() {
        synchronized (lock) {
            return nextAnswer;
        }
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
        if (stopped) {
            timer.cancel();
        }
    }

    private void watch(Lease l) {
        LockStatus status = status();
        if (status == LockStatus.LOST || status == LockStatus.RELEASED) {
            return;
        }
        try {
            if (state.age().compareTo(l.lateAfter()) >= 0) {
                atRisk("the renewal is late");
                renewNow(); // whatever became of the timer of the last one
            }
        } finally {
            scheduleWatch(l);
        }
    }

    /** The status by the clocks of this moment. */
    LockStatus status() {
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

    /** Run once, by whoever made the status LOST. */
    private void onLoss() {
        answered();
        events.lost(state.reason());
    }
}
