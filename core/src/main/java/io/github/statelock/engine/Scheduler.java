package io.github.statelock.engine;

import java.time.Duration;

/**
 * Runs short tasks later. The engine's tasks never block. Implementations are safe for use by several threads and keep the
 * clock of the {@link Ticker} they are used with.
 */
public interface Scheduler {

    /** A task that has not run yet. */
    interface Scheduled {
        /** Makes sure that the task does not start any more; does nothing if it ran. */
        void cancel();
    }

    /**
     * Runs a task once, after the delay.
     *
     * @param delay from now; not positive for "at once", still on the scheduler's thread
     * @param task the task; short, and must not throw
     * @return a handle to cancel it
     * @throws java.util.concurrent.RejectedExecutionException if it needs a thread and cannot start one; the task will not run
     */
    Scheduled schedule(Duration delay, Runnable task);

    /**
     * The scheduler that all engines of this JVM share: one daemon thread.
     *
     * @return the system's scheduler
     */
    static Scheduler system() {
        return SystemScheduler.INSTANCE;
    }
}
