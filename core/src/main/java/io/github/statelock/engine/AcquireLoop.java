package io.github.statelock.engine;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One acquisition of one key, from the local queue to the held lock. Belongs to the thread that acquires. Comes from
 * {@link DriverLockManager#acquire}, and goes on to {@link io.github.statelock.spi.LockDriver#tryAcquire}.
 *
 * <p>It is a small machine: a step sends one request, and what the answer shows decides the next step.
 *
 * <ul>
 *   <li>YIELD: leaves a key that this process has had for a while to others, once.
 *   <li>CREATE: "create if absent". Refused, it shows the holder.
 *   <li>LOOK: reads the record that is waited for.
 *   <li>TAKE_OVER: replaces a record that has not changed for its lease and margin.
 * </ul>
 *
 * A record that carries our own ID is ours: an earlier request was applied and its answer lost.
 */
final class AcquireLoop {

    private enum Step {
        YIELD,
        CREATE,
        LOOK,
        TAKE_OVER,
        DONE
    }

    /** How many times in a row an unreadable record makes the store refuse before a caller who does not wait is told. */
    private static final int MOST_GONE = 4;

    private final Engine engine;
    private final StateKey key;
    private final LockOptions options;
    private final Patience patience;
    private final HolderWatch watch;
    private final Callbacks callbacks;
    private final Supplier<LockProposal> proposals;

    private final LocalQueue.Ticket ticket;
    private Attempt attempt;
    private @Nullable ObservedLock takeOverFrom;
    private @Nullable LockAttempt result;
    private int timesGone;
    private boolean yielding;

    /**
     * An acquisition; it joins the local queue at once.
     *
     * @param wait how long to wait for a holder
     * @param proposals a new proposal at each call, with an ID of its own
     */
    AcquireLoop(Engine engine, StateKey key, LockOptions options, Duration wait, Supplier<LockProposal> proposals) {
        this.engine = engine;
        this.key = key;
        this.options = options;
        this.patience = new Patience(engine, key, wait);
        this.watch = new HolderWatch(engine, key, patience);
        this.callbacks = new Callbacks(engine.threads.callbacks());
        this.proposals = proposals;
        this.attempt = new Attempt(engine, proposals.get());
        this.ticket = engine.queue.join(key, options.takeOver());
    }

    /** Takes the lock, or says who holds it when the wait is over. */
    LockAttempt run() throws InterruptedException {
        try {
            engine.start(this);
            while (result == null && awaitTurn()) {
                contend();
            }
            return result != null ? result : new LockAttempt.Held(watch.holder());
        } catch (RejectedExecutionException e) {
            throw patience.givenUp(SystemScheduler.notStarted(e), attempt);
        } finally {
            end();
        }
    }

    /** Whatever was thrown, and whatever is thrown here: the others in the queue go on, and a close does not wait for us. */
    private void end() {
        boolean handedOver = result instanceof LockAttempt.Acquired;
        try {
            if (!handedOver) {
                attempt.settle();
            }
        } finally {
            try {
                if (!handedOver) {
                    ticket.leave();
                }
            } finally {
                engine.end(this);
            }
        }
    }

    /** Waits to be the head of the local queue; false if the wait is over before. */
    private boolean awaitTurn() throws InterruptedException {
        while (!ticket.turn().isDone()) {
            engine.threads.requireOpen();
            Optional<ObservedLock> shown = ticket.holder();
            // Our own record, taken by the same client's earlier request: that one is about to detach it.
            shown.filter(other -> !attempt.isOurs(other)).ifPresent(this::showWaiting);
            if (patience.isOver() || (patience.isWaitOver() && watch.isHolderKnown())) {
                return false;
            }
            Duration pause = watch.pause();
            if (watch.isHolderKnown()) {
                engine.waits.pause(HolderWatch.shorter(pause, patience.waitLeft()), ticket.turn());
            } else if (shown.isPresent()) {
                engine.waits.pause(pause, ticket.turn());
            } else {
                // Without a holder to name, even one who does not want to wait waits for the head's first answer.
                engine.waits.pause(pause, ticket.turn(), ticket.holderKnown());
            }
        }
        return true;
    }

    /** One turn at the head of the queue. Without a result at its end, the turn was passed on. */
    private void contend() throws InterruptedException {
        // Only now: the acquisition before us in the queue may have had a client's ID too, and have given it up.
        engine.ghosts.requireUnused(key, attempt.info().id());
        Step step = Step.YIELD;
        while (step != Step.DONE) {
            engine.threads.requireOpen();
            step = switch (step) {
                case YIELD -> yieldToOthers();
                case CREATE -> create();
                case LOOK -> look();
                case TAKE_OVER -> takeOver();
                case DONE -> Step.DONE;
            };
        }
    }

    /**
     * Leaves the key free for a while if this process has had it for long and others want it. It costs the caller no part of
     * the wait that it would need itself.
     */
    private Step yieldToOthers() throws InterruptedException {
        Duration left = engine.fairness.yieldFor(key);
        if (left.isZero() || left.compareTo(patience.waitLeft()) >= 0) {
            if (yielding && left.isZero()) {
                engine.fairness.unclaimed(key);
            }
            yielding = false;
            return Step.CREATE;
        }
        yielding = true;
        engine.waits.pause(HolderWatch.shorter(watch.pause(), left));
        return Step.LOOK;
    }

    private Step create() throws InterruptedException {
        LockProposal proposal = attempt.proposal();
        return request(Step.CREATE, () -> engine.driver.tryAcquire(proposal), Optional.empty());
    }

    private Step takeOver() throws InterruptedException {
        ObservedLock stale = Objects.requireNonNull(takeOverFrom);
        LockProposal proposal = attempt.proposal();
        return request(Step.TAKE_OVER, () -> engine.driver.takeOver(proposal, stale), Optional.of(stale));
    }

    private Step request(Step same, Supplier<AcquireOutcome> request, Optional<ObservedLock> from)
            throws InterruptedException {
        Timed<AcquireOutcome> answer;
        try {
            answer = attempt.send(patience.callTimeout(), request);
        } catch (BackendUnavailableException e) {
            patience.pauseAfter(e, attempt);
            // A store that throttles is asked by a read: creates that are repeated together would throttle the winner's
            // renewal.
            return e.retryAfter().isPresent() ? Step.LOOK : same;
        }
        if (answer.value() instanceof AcquireOutcome.Acquired acquired) {
            return take(acquired.lock(), answer.sent(), answer.sentWall(), from);
        }
        if (answer.value() instanceof AcquireOutcome.Held held) {
            return attempt.isOurs(held.holder())
                    ? take(attempt.take(held.holder()), attempt.firstSend(), attempt.firstSendWall(), from)
                    : judge(held.holder(), answer.sent(), answer.received(), from);
        }
        if (answer.value() instanceof AcquireOutcome.Unknown unknown) {
            patience.pauseAfter(unknown.cause(), attempt);
            return same;
        }
        return holderGone();
    }

    /** Reads the record that made the store refuse. */
    private Step look() throws InterruptedException {
        Timed<Optional<ObservedLock>> seen;
        try {
            seen = Waits.get(engine.threads
                    .lookCalls
                    .start(patience.callTimeout(), () -> engine.driver.observe(key))
                    .answer());
        } catch (BackendDeniedException e) {
            return absent(); // S3 without ListBucket denies the read of what is absent; only a denied write is denied
        } catch (BackendUnavailableException | DriverCalls.OverrunException e) {
            patience.pauseAfter(e, attempt);
            return Step.LOOK;
        }
        patience.answered();
        if (seen.value().isEmpty()) {
            engine.observations.forget(key);
            return absent();
        }
        ObservedLock found = seen.value().get();
        if (!attempt.isOurs(found)) {
            return judge(found, seen.sent(), seen.received(), Optional.empty());
        }
        return Step.CREATE; // which tells whether it is ours as a whole
    }

    private Step absent() {
        return yielding ? Step.YIELD : Step.CREATE;
    }

    /** Somebody else's record is there: decides whether to take it over, to give up, or to wait. */
    private Step judge(ObservedLock found, long sent, long received, Optional<ObservedLock> refusedTakeOver)
            throws InterruptedException {
        timesGone = 0;
        yielding = false;
        if (engine.ghosts.isGhost(found) && !patience.isOver() && engine.ghosts.remove(found)) {
            return Step.CREATE;
        }
        showWaiting(found);
        ticket.show(found);
        engine.fairness.heldElsewhere(key);
        long since = engine.observations.see(found, received);
        boolean again = refusedTakeOver.filter(found::equals).isPresent();
        if (!again && watch.isDead(found, since, sent)) {
            // A lock whose lease the service has ended is free, whether or not the caller would take one over.
            if (options.takeOver() || engine.driver.leaseBounds().expiresByService()) {
                takeOverFrom = found;
                return Step.TAKE_OVER;
            }
            if (ticket.passTurn()) {
                return Step.DONE;
            }
        }
        if (patience.isWaitOver()) {
            result = new LockAttempt.Held(found);
            return Step.DONE;
        }
        engine.waits.pause(watch.untilNextLook(found, since));
        // After an unanswered request a part of the lock may be ours: only the driver can tell that from the holder's.
        return attempt.mayBeInStore()
                        || (watch.hasMovedOn()
                                && engine.options.changeInterval().isZero())
                ? Step.CREATE
                : Step.LOOK;
    }

    /** The store refused, and a moment later the record was gone or not readable. */
    private Step holderGone() throws InterruptedException {
        if (attempt.mayBeInStore()) { // then what cannot be read may be our own record
            patience.pauseAfter(new BackendUnavailableException("The lock's record could not be read", null), attempt);
            return Step.CREATE;
        }
        timesGone++;
        if (patience.isWaitOver() && timesGone >= MOST_GONE) {
            result = new LockAttempt.Held(watch.holder());
            return Step.DONE;
        }
        if (timesGone > 1) {
            engine.waits.pause(watch.pause());
        }
        return Step.CREATE;
    }

    /** Our record is there: confirms it and hands it over. */
    private Step take(OwnedLock owned, long sent, long sentWall, Optional<ObservedLock> from)
            throws InterruptedException {
        Optional<Confirmation.Confirmed> confirmed =
                new Confirmation(engine, attempt, patience).confirm(owned, sent, sentWall, options.fencing());
        if (confirmed.isEmpty()) {
            // It was ours and is not any more. Its ID is used up.
            attempt.notOurs();
            attempt.settle();
            attempt = new Attempt(engine, proposals.get());
            return Step.CREATE;
        }
        engine.threads
                .requireOpen(); // a close waits for us, and must find either the held lock or nothing in the store
        hold(confirmed.get(), from);
        attempt.handOver();
        return Step.DONE;
    }

    private void hold(Confirmation.Confirmed confirmed, Optional<ObservedLock> from) {
        engine.observations.forget(key);
        engine.fairness.taken(key);
        ticket.show(confirmed.lock().asObserved());
        Runnable leaveQueue = leaveQueue(engine.fairness, ticket, key);
        EngineLock lock = new EngineLock(engine, options, callbacks, confirmed, leaveQueue, attempt.ghostHunt());
        try {
            engine.held.add(lock);
            lock.start(from);
            result = new LockAttempt.Acquired(lock);
        } catch (Throwable e) { // as where no thread can be started: the attempt gives the lock back
            try {
                lock.abandon();
            } catch (Throwable another) {
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    /** Static, so that a lock does not keep its acquisition in memory. */
    private static Runnable leaveQueue(Fairness fairness, LocalQueue.Ticket ticket, StateKey key) {
        return () -> {
            fairness.ended(key);
            ticket.leave();
        };
    }

    private void showWaiting(ObservedLock found) {
        watch.see(found);
        if (!patience.isWaitOver()) {
            Duration elapsed = patience.elapsed();
            callbacks.runIfIdle(() -> options.listener().waiting(found, elapsed));
        }
    }
}
