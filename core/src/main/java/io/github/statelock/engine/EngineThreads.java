package io.github.statelock.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * The threads of one backend: daemons, one for each request that is under way, and the JVM's timer. A free thread is used
 * before a new one is started, and one that stays free ends, except one for renewals while a lease is kept. Drivers may have
 * more of their own: Azure's for its requests, S3's for the digests it reads.
 *
 * <p>Each kind of request has a {@link Lane} of its own. So a removal or a renewal never waits behind the requests of those who
 * want a lock, a create never behind a look, and a hung transfer cannot cost a lease.
 */
final class EngineThreads {

    private static final int CALLBACKS = 2;
    private static final int LOSSES = 64;
    private static final long IDLE_SECONDS = 10;

    private final Callbacks.Threads callbacks;

    /** For renewals. */
    final WarmThread warm;

    private volatile boolean closed;

    final FirstChange firstChange;

    /** Creates, takeovers, and what confirms a lock that was just taken. */
    final DriverCalls createCalls;

    /** Reads of lock records. */
    final DriverCalls lookCalls;

    /** Reads that look for locks which nobody holds. */
    final DriverCalls huntCalls;

    /** Releases and removals of lock records. */
    final DriverCalls removalCalls;

    final DriverCalls renewalCalls;

    /** Reads and writes of states, and listings. */
    final DriverCalls stateCalls;

    EngineThreads(EngineOptions options) {
        this(options, FirstChange.anyTime(), threads -> threads);
    }

    EngineThreads(EngineOptions options, FirstChange firstChange) {
        this(options, firstChange, threads -> threads);
    }

    /**
     * For tests.
     *
     * @param around put around each executor that starts threads
     */
    EngineThreads(EngineOptions options, UnaryOperator<Executor> around) {
        this(options, FirstChange.anyTime(), around);
    }

    private EngineThreads(EngineOptions options, FirstChange firstChange, UnaryOperator<Executor> around) {
        this.firstChange = firstChange;
        Executor calls = around.apply(threads("statelock-call"));
        ThreadPoolExecutor renewing = threads("statelock-renew");
        Executor renewals = around.apply(renewing);
        warm = new WarmThread(renewing);
        int most = options.maxRequestsInFlight();
        Pace pace = Pace.of(options.ticker());
        createCalls = new DriverCalls(new Lane(calls, most), options, pace, firstChange);
        lookCalls = new DriverCalls(new Lane(calls, most), options, pace, firstChange);
        huntCalls = new DriverCalls(new Lane(calls, Ghosts.LOOKS), options, pace, firstChange);
        removalCalls = new DriverCalls(new Lane(calls, most), options, pace, firstChange);
        renewalCalls = new DriverCalls(new Lane(renewals, Renewals.MAX_IN_FLIGHT), options, pace, firstChange);
        stateCalls = new DriverCalls(new Lane(calls, most), options, pace, firstChange);
        Executor users = around.apply(threads("statelock-callback"));
        callbacks = new Callbacks.Threads(new Lane(users, CALLBACKS), new Lane(users, LOSSES), options.scheduler());
    }

    Callbacks.Threads callbacks() {
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

    /** Without a queue: the lanes bound how many are started. */
    private static ThreadPoolExecutor threads(String name) {
        return new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory(name));
    }
}
