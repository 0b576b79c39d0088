package io.github.statelock.engine;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One lock ID on its way into the store, and what is known of its requests. Belongs to the thread that acquires.
 *
 * <p>Whatever ends the acquisition (success, refusal, error, interrupt), either the lock is handed on with
 * {@link #handOver()}, or {@link #settle()} gives back what was taken and has the rest hunted as a ghost.
 *
 * <p>A record under an ID that a client chose is neither given back nor hunted. The client may have repeated its request at
 * another server, and been told there that the lock is its own; it is removed at the client's word only.
 */
final class Attempt {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Engine engine;
    private final LockProposal proposal;
    private @Nullable Call<AcquireOutcome> inFlight;
    private @Nullable OwnedLock taken;
    private boolean unanswered;
    private long lastUnanswered;
    private long firstSend;
    private long firstSendWall;

    Attempt(Engine engine, LockProposal proposal) {
        this.engine = engine;
        this.proposal = proposal;
    }

    LockProposal proposal() {
        return proposal;
    }

    LockInfo info() {
        return proposal.info();
    }

    /** Whether our record may be in the store, or may still get there. */
    boolean mayBeInStore() {
        return unanswered || taken != null;
    }

    /**
     * The earliest send that may have written our record: the first since the last one that was answered. A lease counts
     * from there when the answer does not tell which send it was.
     */
    long firstSend() {
        return firstSend;
    }

    /** The wall clock at {@link #firstSend()}. */
    long firstSendWall() {
        return firstSendWall;
    }

    boolean isOurs(ObservedLock seen) {
        return seen.hasId(info().id());
    }

    /**
     * Sends a create or a takeover and waits for its answer. What is neither an answer nor a promise that nothing was applied
     * is {@code Unknown}.
     */
    Timed<AcquireOutcome> send(Duration timeout, Supplier<AcquireOutcome> request) throws InterruptedException {
        if (!unanswered) {
            firstSend = engine.ticker.nanos();
            firstSendWall = engine.ticker.wallMillis();
        }
        Call<AcquireOutcome> call = engine.threads.createCalls.start(engine.create(proposal.key()), timeout, request);
        inFlight = call;
        Timed<AcquireOutcome> answer = answer(call);
        inFlight = null;
        return answer;
    }

    private Timed<AcquireOutcome> answer(Call<AcquireOutcome> call) throws InterruptedException {
        Timed<AcquireOutcome> answer;
        try {
            answer = Waits.get(call.answer());
        } catch (Error e) {
            inFlight = null;
            note(new AcquireOutcome.Unknown(e));
            throw e;
        } catch (RuntimeException e) {
            if (DriverCalls.appliedNothing(e)) {
                inFlight = null;
                throw e;
            }
            answer = new Timed<>(new AcquireOutcome.Unknown(e), firstSend, firstSendWall, engine.ticker.nanos());
        }
        note(answer.value());
        return answer;
    }

    private void note(AcquireOutcome outcome) {
        if (outcome instanceof AcquireOutcome.Unknown) {
            unanswered = true;
            lastUnanswered = engine.ticker.nanos();
        } else if (outcome instanceof AcquireOutcome.Acquired acquired) {
            taken = acquired.lock();
        } else if (outcome instanceof AcquireOutcome.Held held && isOurs(held.holder())) {
            taken = owned(held.holder());
        }
    }

    /** A record with our ID, found by a refusal or a read. */
    OwnedLock take(ObservedLock ours) {
        taken = owned(ours);
        return taken;
    }

    /** Our record in a newer version. */
    void hold(OwnedLock lock) {
        taken = lock;
    }

    /** The store showed that the record is not ours (any more). */
    void notOurs() {
        taken = null;
    }

    /**
     * What a holder of the lock must run when it has released or lost it: an unanswered request may still be on its way.
     */
    Runnable ghostHunt() {
        return unanswered ? this::hunt : () -> {};
    }

    /** Hands the lock to its holder, who from now on gives it back and runs the {@linkplain #ghostHunt() ghost hunt}. */
    void handOver() {
        taken = null;
        unanswered = false;
    }

    /** Gives back what was taken. Not interruptible, bounded by the call timeouts. */
    void settle() {
        Call<AcquireOutcome> call = inFlight;
        if (call != null) {
            inFlight = null;
            awaitLate(call);
        }
        OwnedLock lock = taken;
        taken = null;
        if (proposal.clients()) {
            return;
        }
        if (lock != null) {
            giveBack(lock);
        }
        if (unanswered) {
            unanswered = false;
            hunt();
        }
    }

    private void awaitLate(Call<AcquireOutcome> call) {
        try {
            note(Waits.getUninterruptibly(call.answer()).value());
        } catch (Throwable e) { // the queue must go on, whatever the driver threw
            if (!DriverCalls.appliedNothing(e)) {
                note(new AcquireOutcome.Unknown(e));
            }
        }
    }

    private void giveBack(OwnedLock lock) {
        try {
            Waits.getUninterruptibly(Removal.ofOwn(engine, lock));
        } catch (Throwable e) { // an Error too, as where no thread can be started: the ghost hunt goes on
            unanswered = true;
            lastUnanswered = engine.ticker.nanos();
            LOG.warn(
                    "The lock {} of \"{}\" could not be given back", lock.info().id(), lock.key(), e);
        }
    }

    private void hunt() {
        engine.ghosts.watch(proposal.key(), info().id(), lastUnanswered);
    }

    private OwnedLock owned(ObservedLock ours) {
        return new OwnedLock(ours.key(), info(), proposal.lease(), ours.version());
    }
}
