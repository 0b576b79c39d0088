package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks of one kind, of which a bounded number run at the same time, first come first served. A thread that is free takes the
 * next one; it holds none while it has no task. Lanes share threads, but a task never waits for one of another lane. Safe for
 * use by several threads.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    /** What a lane runs. Must not throw. */
    interface Task {
        void run();

        /**
         * No thread could be started for it, and none of its lane is at work that could take it later. It will not run.
         *
         * @param cause what the start of the thread threw
         */
        void refused(Throwable cause);
    }

    private final Executor threads;
    private final int most;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Queue<Task> waiting = new ArrayDeque<>();

    /** Threads at work and on their way. */
    @GuardedBy("lock")
    private int workers;

    /**
     * A lane.
     *
     * @param threads starts a thread for each task that it is given, or throws whatever it likes
     * @param most how many tasks run at the same time
     */
    Lane(Executor threads, int most) {
        this.threads = threads;
        this.most = most;
    }

    /** Has the task run, or refused. Never blocks. */
    void execute(Task task) {
        synchronized (lock) {
            waiting.add(task);
            if (workers == most) {
                return;
            }
            workers++;
        }
        try {
            threads.execute(this::work);
        } catch (Throwable e) { // an OutOfMemoryError where the system has no thread left
            refuse(e);
        }
    }

    /** Takes back a worker that was not started. While others are left, they take the tasks, or are refused in turn. */
    private void refuse(Throwable cause) {
        List<Task> refused;
        synchronized (lock) {
            workers--;
            if (workers > 0) {
                return;
            }
            refused = List.copyOf(waiting);
            waiting.clear();
        }
        refused.forEach(task -> task.refused(cause));
    }

    private void work() {
        while (true) {
            Task next;
            synchronized (lock) {
                next = waiting.poll();
                if (next == null) {
                    workers--;
                    return;
                }
            }
            try {
                next.run();
            } catch (Throwable e) { // the tasks behind it must not wait for ever
                LOG.error("A task of the engine threw", e);
            }
        }
    }
}
