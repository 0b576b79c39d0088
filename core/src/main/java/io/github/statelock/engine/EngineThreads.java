package io.github.statelock.engine;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads of one backend: at most 31 and the JVM's timer, all daemons that end when there is nothing to do. Drivers may
 * have more of their own: Azure's for its requests, S3's for the digests it reads.
 * Renewals, lock calls and state transfers have pools of their own, so that a hung transfer cannot cost a lease.
 */
final class EngineThreads {

    private static final int CALLS = 7;
    private static final int TRANSFERS = 6;
    private static final int CALLBACKS = 2;

    private final ExecutorService calls = pool("statelock-call", CALLS);
    private final ExecutorService renewals = pool("statelock-renew", Renewals.MAX_IN_FLIGHT);
    private final ExecutorService transfers = pool("statelock-state", TRANSFERS);
    private final ExecutorService callbacks = pool("statelock-callback", CALLBACKS);

    private volatile boolean closed;

    final FirstChange firstChange;

    final DriverCalls lockCalls;
    final DriverCalls renewalCalls;
    final DriverCalls stateCalls;

    EngineThreads(EngineOptions options) {
        this(options, FirstChange.anyTime());
    }

    EngineThreads(EngineOptions options, FirstChange firstChange) {
        this.firstChange = firstChange;
        Pace pace = Pace.of(options.ticker());
        lockCalls = new DriverCalls(calls, options, pace, firstChange);
        renewalCalls = new DriverCalls(renewals, options, pace, firstChange);
        stateCalls = new DriverCalls(transfers, options, pace, firstChange);
    }

    ExecutorService callbacks() {
        return callbacks;
    }

    /** From now on {@link #requireOpen} refuses. What still runs goes on to give back what it took. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Refuses to start anything new on a backend that is closed. */
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The backend is closed");
        }
    }

    static ThreadFactory factory(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static ExecutorService pool(String name, int size) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }
}
