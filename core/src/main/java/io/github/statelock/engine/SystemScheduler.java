package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One daemon thread for all timers of the JVM; it ends when nothing is scheduled for a while. */
final class SystemScheduler implements Scheduler {

    static final SystemScheduler INSTANCE = new SystemScheduler();

    private final ScheduledThreadPoolExecutor timer;

    private SystemScheduler() {
        timer = new ScheduledThreadPoolExecutor(1, EngineThreads.factory("statelock-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(10, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        start();
        Future<?> future = timer.schedule(task, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    /** What a call that needed a timer throws where {@link Scheduler#schedule} has refused one. */
    static BackendUnavailableException notStarted(RejectedExecutionException cause) {
        return new BackendUnavailableException(
                "Not sent: this process could not start a thread for its timers: " + cause.getMessage(), cause);
    }

    /** First, so that a task whose thread cannot be started is not queued either: its caller takes it for not scheduled. */
    private void start() {
        try {
            timer.prestartCoreThread();
        } catch (OutOfMemoryError e) {
            throw new RejectedExecutionException("This process could not start its timer's thread: " + e, e);
        }
    }
}
