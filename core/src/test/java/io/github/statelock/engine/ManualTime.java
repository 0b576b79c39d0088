package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Comparator;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Both clocks and the scheduler, moved by the test alone. */
final class ManualTime implements Ticker, Scheduler {

    private static final Duration STEP = Duration.ofMillis(20);
    private static final long REAL_LIMIT = Duration.ofSeconds(30).toNanos();

    private record Task(long at, long number, Runnable run) {}

    private final Workers workers = new Workers();
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final NavigableSet<Task> tasks =
            new TreeSet<>(((Comparator<Task>) (a, b) -> Long.signum(a.at() - b.at())).thenComparingLong(Task::number));

    @GuardedBy("lock")
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(15).toNanos(); // overflows on the way, as it may

    @GuardedBy("lock")
    private long wallMillis = 1_800_000_000_000L;

    @GuardedBy("lock")
    private long number;

    @GuardedBy("lock")
    private boolean dropsNext;

    @Override
    public long nanos() {
        synchronized (lock) {
            return nanos;
        }
    }

    @Override
    public long wallMillis() {
        synchronized (lock) {
            return wallMillis;
        }
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        synchronized (lock) {
            Task scheduled = new Task(nanos + Math.max(0, delay.toNanos()), number++, task);
            if (!dropsNext) {
                tasks.add(scheduled);
            }
            dropsNext = false;
            return () -> {
                synchronized (lock) {
                    tasks.remove(scheduled);
                }
            };
        }
    }

    /** The threads that {@link #advanceUntil} lets come to rest before each step. */
    Workers workers() {
        return workers;
    }

    /** The next task that is scheduled never runs. */
    void dropNext() {
        synchronized (lock) {
            dropsNext = true;
        }
    }

    /** How many tasks wait for their time. */
    int scheduled() {
        synchronized (lock) {
            return tasks.size();
        }
    }

    /** Moves both clocks and runs what is due, in order, each task at its own time. */
    void advance(Duration by) {
        long end = nanos() + by.toNanos();
        for (Task next = due(end); next != null; next = due(end)) {
            next.run().run();
        }
        move(Math.max(0, end - nanos()));
    }

    /** Moves both clocks and runs nothing: time that passes while a thread is busy. */
    void pass(Duration by) {
        move(by.toNanos());
    }

    /** Moves the wall clock alone: what a process sees that was suspended with its machine. */
    void suspend(Duration by) {
        synchronized (lock) {
            wallMillis += by.toMillis();
        }
    }

    /** Moves time in small steps until the condition holds, each when all workers are at rest. */
    void advanceUntil(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > REAL_LIMIT) {
                throw new AssertionError("The condition did not come true");
            }
            if (workers.areAtRest()) {
                advance(toNextTask(STEP));
            }
            LockSupport.parkNanos(200_000);
        }
    }

    /** Moves time from task to task, each when all workers are at rest. For a long time in which only they have something to do. */
    void advanceOverTasks(Duration by) {
        long end = nanos() + by.toNanos();
        while (end - nanos() > 0) {
            awaitRest();
            advance(toNextTask(Duration.ofNanos(end - nanos())));
        }
    }

    /** Waits in real time until all workers are at rest: what was due has been done, as far as it can be at this time. */
    void awaitRest() {
        await(workers::areAtRest);
    }

    /** Not beyond the next task: what it hands to a thread might else overrun in the same step, before that thread has run. */
    private Duration toNextTask(Duration most) {
        synchronized (lock) {
            long untilNext =
                    tasks.isEmpty() ? Long.MAX_VALUE : Math.max(0, tasks.first().at() - nanos);
            return Duration.ofNanos(Math.min(most.toNanos(), untilNext));
        }
    }

    /** Moves time in small steps until the future is done. */
    <T> T advanceUntilDone(Future<T> future) throws Exception {
        advanceUntil(future::isDone);
        return future.get();
    }

    /**
     * As {@link #advanceUntil}, but moves time only while the thread waits. For what a thread does by itself, where a request
     * would overrun if time ran ahead of it.
     */
    void advanceWhileWaits(Thread thread, BooleanSupplier condition) {
        advanceUntil(() -> {
            await(() -> condition.getAsBoolean() || thread.getState() == Thread.State.WAITING);
            return condition.getAsBoolean();
        });
    }

    /** Waits in real time, without moving the clocks, for something that other threads do. */
    static void await(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > REAL_LIMIT) {
                throw new AssertionError("The condition did not come true");
            }
            LockSupport.parkNanos(200_000);
        }
    }

    private @Nullable Task due(long end) {
        synchronized (lock) {
            Task next = tasks.isEmpty() ? null : tasks.first();
            if (next == null || next.at() - end > 0) {
                return null;
            }
            move(Math.max(0, next.at() - nanos));
            return tasks.pollFirst();
        }
    }

    private void move(long by) {
        synchronized (lock) {
            nanos += by;
            wallMillis += by / 1_000_000;
        }
    }
}
