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
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One acquisition of one key, from the local queue to the held lock. Belongs to the thread that acquires. Comes from
 * {@link DriverLockManager#acquire}, and goes on to {@link io.github.statelock.spi.LockDriver#tryAcquire}.
 *
 * <p>It is a small machine: a step sends one request, and what the answer shows decides the next step.
 *
 * <ul>
 *   <li>CREATE: "create if absent". Refused, it shows the holder.
 *   <li>LOOK: reads the record that is waited for.
 *   <li>TAKE_OVER: replaces a record that has not changed for its lease and margin.
 * </ul>
 *
 * A record that carries our own ID is ours: an earlier request was applied and its answer lost.
 */
final class AcquireLoop {

    private enum Step {
        CREATE,
        LOOK,
        TAKE_OVER,
        DONE
    }

    private final Engine engine;
    private final StateKey key;
    private final LockOptions options;
    private final Patience patience;
    private final Backoff poll;
    private final Callbacks callbacks;
    private final Supplier<LockProposal> proposals;

    private final LocalQueue.Ticket ticket;
    private Attempt attempt;
    private @Nullable ObservedLock holder;
    private @Nullable ObservedLock takeOverFrom;
    private @Nullable LockAttempt result;
    private int timesGone;

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
        this.poll = new Backoff(engine.options.pollFrom(), engine.options.pollTo());
        this.callbacks = new Callbacks(engine.threads.callbacks());
        this.proposals = proposals;
        this.attempt = new Attempt(engine, proposals.get());
        this.ticket = engine.queue.join(key);
    }

    /** Takes the lock, or says who holds it when the wait is over. */
    LockAttempt run() throws InterruptedException {
        boolean handedOver = false;
        engine.start(this);
        try {
            LockAttempt end = awaitTurn() ? contend() : new LockAttempt.Held(knownHolder());
            handedOver = end instanceof LockAttempt.Acquired;
            return end;
        } finally {
            try {
                if (!handedOver) {
                    attempt.settle();
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
            if (patience.isOver() || (patience.isWaitOver() && holder != null)) {
                return false;
            }
            Duration pause = poll.next();
            if (holder != null) {
                engine.waits.pause(shorter(pause, patience.waitLeft()), ticket.turn());
            } else if (shown.isPresent()) {
                engine.waits.pause(pause, ticket.turn());
            } else {
                // Without a holder to name, even one who does not want to wait waits for the head's first answer.
                engine.waits.pause(pause, CompletableFuture.anyOf(ticket.turn(), ticket.holderKnown()));
            }
        }
        return true;
    }

    private LockAttempt contend() throws InterruptedException {
        // Only now: the acquisition before us in the queue may have had a client's ID too, and have given it up.
        engine.ghosts.requireUnused(key, attempt.info().id());
        Step step = Step.CREATE;
        while (step != Step.DONE) {
            engine.threads.requireOpen();
            step = switch (step) {
                case CREATE -> create();
                case LOOK -> look();
                case TAKE_OVER -> takeOver();
                case DONE -> Step.DONE;
            };
        }
        return Objects.requireNonNull(result);
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
                    .lockCalls
                    .start(patience.callTimeout(), () -> engine.driver.observe(key))
                    .answer());
        } catch (BackendDeniedException e) {
            return Step
                    .CREATE; // S3 without ListBucket denies the read of what is absent; only a denied write is denied
        } catch (BackendUnavailableException | DriverCalls.OverrunException e) {
            patience.pauseAfter(e, attempt);
            return Step.LOOK;
        }
        patience.answered();
        if (seen.value().isEmpty()) {
            engine.observations.forget(key);
            return Step.CREATE;
        }
        ObservedLock found = seen.value().get();
        if (!attempt.isOurs(found)) {
            return judge(found, seen.sent(), seen.received(), Optional.empty());
        }
        return Step.CREATE; // which tells whether it is ours as a whole
    }

    /** Somebody else's record is there: decides whether to take it over, to give up, or to wait. */
    private Step judge(ObservedLock found, long sent, long received, Optional<ObservedLock> refusedTakeOver)
            throws InterruptedException {
        timesGone = 0;
        if (engine.ghosts.isGhost(found) && !patience.isOver() && engine.ghosts.remove(found)) {
            return Step.CREATE;
        }
        showWaiting(found);
        ticket.show(found);
        long since = engine.observations.see(found, received);
        boolean again = refusedTakeOver.filter(found::equals).isPresent();
        if (!again && isDead(found, since, sent)) {
            takeOverFrom = found;
            return Step.TAKE_OVER;
        }
        if (patience.isWaitOver()) {
            result = new LockAttempt.Held(found);
            return Step.DONE;
        }
        engine.waits.pause(untilNextLook(found, since));
        // After an unanswered request a part of the lock may be ours: only the driver can tell that from the holder's.
        return attempt.mayBeInStore() ? Step.CREATE : Step.LOOK;
    }

    /**
     * Whether the holder is surely dead: the store says so, or the record was seen unchanged for its lease and margin, and the
     * request that showed it last was sent after that time. A request sent before could have been answered by an older record.
     */
    private boolean isDead(ObservedLock found, long since, long sent) {
        if (engine.driver.leaseBounds().expiresByService()) {
            return found.expired(); // the lock is free, whether or not the caller would take one over
        }
        if (!options.takeOver() || found.info().isEmpty()) {
            return false;
        }
        return found.expired()
                || (found.lease().isPresent()
                        && sent - since >= new Lease(found.lease().get()).deadNanos());
    }

    private Duration untilNextLook(ObservedLock found, long since) {
        Duration pause = shorter(poll.next(), patience.waitLeft());
        if (!options.takeOver() || found.lease().isEmpty()) {
            return pause;
        }
        long dead = since + new Lease(found.lease().get()).deadNanos() - engine.ticker.nanos();
        return dead <= 0 ? pause : shorter(pause, Duration.ofNanos(dead));
    }

    /** The store refused, and a moment later the record was gone or not readable. */
    private Step holderGone() throws InterruptedException {
        if (patience.isOver()) {
            result = new LockAttempt.Held(knownHolder());
            return Step.DONE;
        }
        if (timesGone++ > 0) {
            patience.pause();
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
        result = new LockAttempt.Acquired(hold(confirmed.get(), from));
        return Step.DONE;
    }

    private EngineLock hold(Confirmation.Confirmed confirmed, Optional<ObservedLock> from) {
        engine.observations.forget(key);
        ticket.show(confirmed.lock().asObserved());
        Runnable huntGhost = attempt.handOver();
        EngineLock lock = new EngineLock(engine, options, callbacks, confirmed, ticket::leave, huntGhost);
        engine.held.add(lock);
        lock.start(from);
        return lock;
    }

    private void showWaiting(ObservedLock found) {
        holder = found;
        if (!patience.isWaitOver()) {
            Duration elapsed = patience.elapsed();
            callbacks.runIfIdle(() -> options.listener().waiting(found, elapsed));
        }
    }

    /** Who made the store refuse; a record without content where nobody could read it. */
    private ObservedLock knownHolder() {
        return holder != null ? holder : new ObservedLock(key, Optional.empty(), Optional.empty(), "", false);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
