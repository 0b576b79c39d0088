package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.Remedy;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import java.time.Duration;

/**
 * How long one acquisition goes on: it waits for a holder until the wait is over, and for a decision of the store for twice
 * the call timeout longer. Belongs to the thread that acquires.
 */
final class Patience {

    private static final Duration FIRST_RETRY = Duration.ofMillis(50);
    private static final Duration LAST_RETRY = Duration.ofSeconds(1);

    /** A wait without end; a longer one could not be added up. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(36_500);

    private final Engine engine;
    private final StateKey key;
    private final long start;
    private final Duration wait;
    private final Duration total;
    private Backoff retry = new Backoff(FIRST_RETRY, LAST_RETRY);

    Patience(Engine engine, StateKey key, Duration wait) {
        this.engine = engine;
        this.key = key;
        this.start = engine.ticker.nanos();
        this.wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
        this.total = this.wait.plus(engine.options.callTimeout().multipliedBy(2));
    }

    Duration elapsed() {
        return Duration.ofNanos(engine.ticker.nanos() - start);
    }

    /** Whether the caller does not want to wait for a holder any longer. */
    boolean isWaitOver() {
        return elapsed().compareTo(wait) >= 0;
    }

    /** What is left of the wait for a holder. */
    Duration waitLeft() {
        Duration left = wait.minus(elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** Whether the store had its time to decide. */
    boolean isOver() {
        return elapsed().compareTo(total) >= 0;
    }

    /** How long the next request may take; not too short to be answered, even where the time is as good as over. */
    Duration callTimeout() {
        Duration most = engine.options.callTimeout();
        Duration least = most.dividedBy(10);
        Duration left = left();
        if (left.compareTo(least) < 0) {
            return least;
        }
        return left.compareTo(most) < 0 ? left : most;
    }

    private Duration left() {
        return total.minus(elapsed());
    }

    /** The store answered: the next trouble starts with a short pause again. */
    void answered() {
        retry = new Backoff(FIRST_RETRY, LAST_RETRY);
    }

    /**
     * A short pause after a request that did not decide anything.
     *
     * @throws OutcomeUnknownException if the time is over and a request of the attempt may have been applied
     * @throws StatelockException if the time is over and none was: the cause, or that the store is unavailable
     */
    void pauseAfter(Throwable cause, Attempt attempt) throws InterruptedException {
        Duration pause = retry.next(cause);
        if (pause.compareTo(left()) < 0) {
            engine.threads.requireOpen();
            engine.waits.pause(pause);
            return;
        }
        throw givenUp(cause, attempt);
    }

    /** What ends an acquisition after that: whether the lock was taken is unknown, or it was not. */
    StatelockException givenUp(Throwable cause, Attempt attempt) {
        if (attempt.mayBeInStore()) {
            String id = attempt.info().id();
            boolean clients = attempt.proposal().clients();
            return new OutcomeUnknownException(
                    "Whether the lock " + id + " of \"" + key + "\" was taken is not known: no answer within "
                            + elapsed().toMillis()
                            + " ms. "
                            + (clients
                                    ? "A request under the same ID takes up what is there."
                                    : "This process keeps looking for it."),
                    new Remedy.ForceUnlock(
                            key,
                            id,
                            clients
                                    ? "To remove it instead, use"
                                    : "If it is still there when this process has ended, remove it with"),
                    cause);
        }
        return cause instanceof StatelockException e
                ? e
                : new BackendUnavailableException("The lock of \"" + key + "\" could not be read: " + cause, cause);
    }
}
