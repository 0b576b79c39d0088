package io.github.statelock.testkit;

import io.github.statelock.engine.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A scheduler that can stand still as in a long pause of its JVM: while paused nothing runs, and what became due meanwhile
 * runs on {@link #resume()}, late. Safe for use by several threads.
 */
public final class PausableScheduler implements Scheduler {

    private final Scheduler inner;

    private final Object lock = new Object();
    /** Guarded by lock. */
    private final List<Task> overdue = new ArrayList<>();
    /** Guarded by lock. */
    private boolean paused;

    /**
     * A scheduler that runs.
     *
     * @param inner what runs the tasks
     */
    public PausableScheduler(Scheduler inner) {
        this.inner = inner;
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        Task entry = new Task(task);
        Scheduled scheduled = inner.schedule(delay, entry);
        return () -> {
            entry.cancelled = true;
            scheduled.cancel();
        };
    }

    /** Lets nothing run from now on. */
    public void pause() {
        synchronized (lock) {
            paused = true;
        }
    }

    /** Runs what became due meanwhile, on this thread, and everything else at its time again. */
    public void resume() {
        List<Task> late;
        synchronized (lock) {
            paused = false;
            late = List.copyOf(overdue);
            overdue.clear();
        }
        late.forEach(Task::run);
    }

    private boolean heldBack(Task task) {
        synchronized (lock) {
            return paused && overdue.add(task);
        }
    }

    private final class Task implements Runnable {
        private final Runnable action;
        private volatile boolean cancelled;

        private Task(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            if (!cancelled && !heldBack(this)) {
                action.run();
            }
        }
    }
}
