package io.github.statelock.cli.serve;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads that ask the store. A request has one from when all of it came until the store has answered: slow clients have
 * none. Safe for use by several threads.
 */
final class Workers implements AutoCloseable {

    /** How many requests ask the store at a time. */
    static final int THREADS = 128;

    /** How many wait for a thread; more are asked to come again. */
    private static final int WAITING = 1_000;

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor pool;

    Workers() {
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "statelock-http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    /** Runs it later. Throws if no thread can be started or the queue is full; then the task does not run. */
    void execute(Runnable task) {
        pool.execute(task);
    }

    int busy() {
        return pool.getActiveCount();
    }

    int waiting() {
        return pool.getQueue().size();
    }

    /** Lets those that run end. */
    @Override
    public void close() {
        pool.shutdown();
    }
}
