package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the user's code of one acquisition, one call after the other, on the callback threads and under no lock. Where no
 * thread can be started, the calls are made later. Safe for use by several threads.
 */
final class Callbacks {

    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private static final Duration RETRY = Duration.ofMillis(100);

    /**
     * Where the calls of all acquisitions are made.
     *
     * @param usual few threads
     * @param losses more threads, so that a listener of another lock that blocks does not hold up the word of a loss
     * @param scheduler tries again where no thread could be started
     */
    record Threads(Lane usual, Lane losses, Scheduler scheduler) {}

    private final Scheduler scheduler;
    private final Object lock = new Object();
    private final Drain usual;
    private final Drain losses;

    @GuardedBy("lock")
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    /** Whether a thread is making the calls. */
    @GuardedBy("lock")
    private boolean busy;

    Callbacks(Threads threads) {
        this.scheduler = threads.scheduler();
        this.usual = new Drain(threads.usual());
        this.losses = new Drain(threads.losses());
    }

    /** Has the call made after all that were given before. Never throws for want of a thread. */
    void run(Runnable call) {
        usual.ask(call);
    }

    /**
     * As {@link #run}, for the word that the lock is lost. It does not wait for the listeners of other locks, nor do the calls
     * that were given before it.
     */
    void runLoss(Runnable call) {
        losses.ask(call);
    }

    /** As {@link #run}, but dropped while an earlier call is still waiting: progress that is late is of no use. */
    void runIfIdle(Runnable call) {
        synchronized (lock) {
            if (busy || !waiting.isEmpty()) {
                return;
            }
        }
        run(call);
    }

    /** Makes all calls that wait, on a thread of its lane. Of two that are asked at the same time, the first one makes them. */
    private final class Drain implements Lane.Task {

        private final Lane lane;

        /** Whether this waits for a thread, or for the next try to get one. */
        @GuardedBy("lock")
        private boolean asked;

        Drain(Lane lane) {
            this.lane = lane;
        }

        void ask(Runnable call) {
            synchronized (lock) {
                waiting.add(call);
                if (busy || asked) {
                    return;
                }
                asked = true;
            }
            lane.execute(this);
        }

        @Override
        public void run() {
            synchronized (lock) {
                asked = false;
                if (busy) {
                    return;
                }
                busy = true;
            }
            for (Runnable next = next(); next != null; next = next()) {
                try {
                    next.run();
                } catch (Throwable e) { // the user's code must not end ours, whatever it throws: Kotlin checks nothing
                    LOG.warn("A callback threw", e);
                }
            }
        }

        @Override
        public void refused(Throwable cause) {
            LOG.warn("No thread could be started for a callback; trying again", cause);
            try {
                scheduler.schedule(RETRY, this::askAgain);
            } catch (Throwable e) { // the next call asks again
                notAsked();
            }
        }

        private void askAgain() {
            synchronized (lock) {
                if (busy || waiting.isEmpty()) {
                    asked = false;
                    return;
                }
            }
            lane.execute(this);
        }

        private void notAsked() {
            synchronized (lock) {
                asked = false;
            }
        }
    }

    /** The next call to make; null if there is none, and then nobody is at work any more. */
    private @Nullable Runnable next() {
        synchronized (lock) {
            Runnable next = waiting.poll();
            busy = next != null;
            return next;
        }
    }
}
