package io.github.statelock.testkit;

import io.github.statelock.engine.Scheduler;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks when a test moves the clock, in the order of their times, on the thread that moves it.
 *
 * <p>Other threads may be at work between two steps of the clock. {@link #advanceUntil} gives them room: it takes small
 * steps, and none while the store is {@linkplain #pausedWhile busy} or the machine was too loaded to let them run.
 *
 * <p>Safe for use by several threads; those that advance the clock do so one after the other.
 */
public final class ManualScheduler implements Scheduler {

    private static final Duration STEP = Duration.ofMillis(10);
    private static final Duration LONGEST_STEP = Duration.ofMillis(100);
    private static final Duration REAL_LIMIT = Duration.ofSeconds(60);
    private static final long BREATH_NANOS = 500_000;
    private static final long STALL_NANOS = 2_000_000;
    private static final long LONGEST_STALL_NANOS = 100_000_000;

    private final ManualTicker ticker;
    private final ReentrantLock driving = new ReentrantLock();

    private final Object lock = new Object();
    /** Guarded by lock. */
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong((Task t) -> t.due).thenComparingLong(t -> t.order));
    /** Guarded by lock. */
    private long nextOrder;

    private volatile BooleanSupplier busy = () -> false;

    /**
     * A scheduler without tasks.
     *
     * @param ticker the clock it keeps and moves
     */
    public ManualScheduler(ManualTicker ticker) {
        this.ticker = ticker;
    }

    /**
     * Has {@link #advanceUntil} stop the clock while that is true, so that a slow store takes no time.
     *
     * @param busy whether a request is on its way; asked often, from any thread
     * @return this scheduler
     */
    public ManualScheduler pausedWhile(BooleanSupplier busy) {
        this.busy = busy;
        return this;
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        synchronized (lock) {
            long due = ticker.elapsed().toNanos() + Math.max(0, delay.toNanos());
            Task entry = new Task(due, nextOrder++, task);
            tasks.add(entry);
            return () -> cancel(entry);
        }
    }

    /**
     * How many tasks wait for their time.
     *
     * @return the number
     */
    public int pending() {
        synchronized (lock) {
            return tasks.size();
        }
    }

    /**
     * When the next task is due.
     *
     * @return the time from now, zero if it is overdue; empty if there is no task
     */
    public Optional<Duration> nextIn() {
        synchronized (lock) {
            Task next = tasks.peek();
            return Optional.ofNullable(next)
                    .map(t -> Duration.ofNanos(
                            Math.max(0, t.due - ticker.elapsed().toNanos())));
        }
    }

    /**
     * Moves the clock and runs the tasks that become due, each at its own time; also those that they schedule meanwhile.
     *
     * @param time how far
     */
    public void advance(Duration time) {
        driving.lock();
        try {
            long end = ticker.elapsed().toNanos() + time.toNanos();
            for (Task task = pollUntil(end); task != null; task = pollUntil(end)) {
                moveTo(task.due);
                task.action.run();
            }
            moveTo(end);
        } finally {
            driving.unlock();
        }
    }

    /**
     * Moves the clock in small steps, with room for other threads after each, until the condition holds.
     *
     * @param condition what to wait for
     * @param limit how far to move the clock at most
     * @return whether the condition came to hold
     * @throws AssertionError if the store stayed busy for a minute of real time
     */
    public boolean advanceUntil(BooleanSupplier condition, Duration limit) {
        long end = ticker.elapsed().plus(limit).toNanos();
        while (true) {
            settle(condition);
            if (condition.getAsBoolean()) {
                return true;
            }
            long left = end - ticker.elapsed().toNanos();
            if (left <= 0) {
                return false;
            }
            advance(Duration.ofNanos(Math.min(left, step())));
        }
    }

    /**
     * Waits, with the clock standing still, until that many tasks are scheduled.
     *
     * @param count how many
     * @throws AssertionError if there are fewer after a minute of real time
     */
    public void awaitScheduled(int count) {
        RealTime.await("at least " + count + " scheduled tasks", REAL_LIMIT, () -> pending() >= count);
    }

    /** To the next task, where it is far: in between nobody does anything. */
    private long step() {
        long next = nextIn().orElse(LONGEST_STEP).toNanos();
        return Math.max(STEP.toNanos(), Math.min(next, LONGEST_STEP.toNanos()));
    }

    /**
     * Waits in real time until the store is not busy and a short pause was short, so that other threads had their turn. On a
     * machine where no pause is short it goes on after a while.
     */
    private void settle(BooleanSupplier condition) {
        long start = System.nanoTime();
        boolean stalled;
        do {
            if (System.nanoTime() - start > REAL_LIMIT.toNanos()) {
                throw new AssertionError("The store was busy for " + REAL_LIMIT.toSeconds() + " s of real time");
            }
            long before = System.nanoTime();
            LockSupport.parkNanos(BREATH_NANOS);
            long after = System.nanoTime();
            stalled = after - before > STALL_NANOS && after - start < LONGEST_STALL_NANOS;
        } while (!condition.getAsBoolean() && (busy.getAsBoolean() || stalled));
    }

    private void moveTo(long elapsed) {
        long step = elapsed - ticker.elapsed().toNanos();
        if (step > 0) {
            ticker.advance(Duration.ofNanos(step));
        }
    }

    private @Nullable Task pollUntil(long end) {
        synchronized (lock) {
            Task next = tasks.peek();
            return next != null && next.due <= end ? tasks.poll() : null;
        }
    }

    private void cancel(Task task) {
        synchronized (lock) {
            tasks.remove(task);
        }
    }

    private static final class Task {
        private final long due;
        private final long order;
        private final Runnable action;

        private Task(long due, long order, Runnable action) {
            this.due = due;
            this.order = order;
            this.action = action;
        }
    }
}
