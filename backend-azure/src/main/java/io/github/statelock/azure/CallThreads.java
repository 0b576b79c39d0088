package io.github.statelock.azure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Bounds every request in time, on threads of its own. The SDK has a timeout for each call, but runs all calls that have one
 * on a pool of ten threads per processor that is shared by the whole JVM and, by default, by the HTTP client underneath: with
 * more calls than threads every one of them waits for a thread to read its answer, and renewals wait behind uploads. So the
 * SDK is called without a timeout here, and the HTTP clients that we make use these threads too. Safe for use by several
 * threads.
 */
final class CallThreads implements AutoCloseable {

    /** A request that did not end in time. Its thread was interrupted, which makes the client give it up. */
    static final class CallTimeoutException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallTimeoutException(Duration timeout) {
            super("no answer within " + timeout.toMillis() + " ms");
        }
    }

    /** A request that was not begun, since the JVM had no thread for it or the backend is closed. */
    static final class NotStartedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotStartedException(Throwable cause) {
            super("no thread for the request", cause);
        }
    }

    /** Longer than the time between two renewals of any lease, so that a renewal mostly needs no new thread. */
    private static final long IDLE_SECONDS = 60;

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ExecutorService threads;

    CallThreads() {
        this(CallThreads::daemon);
    }

    /** As many threads as requests: how many there are at once is the engine's concern. */
    CallThreads(ThreadFactory factory) {
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    /**
     * For a client's own work. Where no thread can be had the client's thread does it: a failure there would end that thread,
     * and with it every later request.
     */
    Executor executor() {
        return task -> {
            try {
                threads.execute(task);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                task.run();
            }
        };
    }

    /** The request's answer, or what it threw, or a {@link CallTimeoutException} or {@link NotStartedException}. */
    <T> T within(Duration timeout, Supplier<T> request) {
        Future<T> answer = start(request);
        try {
            return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new CallTimeoutException(timeout);
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new CallTimeoutException(timeout);
        } catch (ExecutionException e) {
            throw unwrap(e);
        }
    }

    /** The pool hands a request over to the thread that it starts, so what cannot be started never runs. */
    private <T> Future<T> start(Supplier<T> request) {
        try {
            return threads.submit(request::get);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            throw new NotStartedException(e);
        }
    }

    private static RuntimeException unwrap(ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "statelock-azure-" + COUNT.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
