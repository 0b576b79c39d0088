package io.github.statelock.azure;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
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

    private static final long IDLE_SECONDS = 5;
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final ExecutorService threads = new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), CallThreads::daemon);

    /** For a client's own work. */
    Executor executor() {
        return threads;
    }

    /** The request's answer, or what it threw, or a {@link CallTimeoutException}. */
    <T> T within(Duration timeout, Supplier<T> request) {
        Future<T> answer = threads.submit(request::get);
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
