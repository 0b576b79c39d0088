package io.github.statelock.engine;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/** How a caller's thread waits: always on a future that the scheduler or a pool completes, never by sleeping. */
final class Waits {

    private final Scheduler scheduler;
    private final Map<Object, CompletableFuture<Void>> pauses = new ConcurrentHashMap<>();
    private volatile boolean ended;

    Waits(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Ends all pauses, and those to come at once: the engine is closed. */
    void endAll() {
        ended = true;
        pauses.values().forEach(pause -> pause.complete(null));
    }

    /**
     * Waits for the time or the first of the futures, whichever comes first; less where the engine is closed. Leaves nothing
     * behind on the futures, which may outlive many pauses.
     */
    void pause(Duration time, CompletableFuture<?>... orUntil) throws InterruptedException {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<?>[] ends = Arrays.copyOf(orUntil, orUntil.length + 1);
        ends[orUntil.length] = over;
        Scheduler.Scheduled timer = scheduler.schedule(time, () -> over.complete(null));
        Object self = new Object();
        pauses.put(self, over);
        try {
            if (!ended) {
                get(CompletableFuture.anyOf(ends).handle((value, failure) -> true));
            }
        } finally {
            pauses.remove(self);
            timer.cancel();
            over.complete(null); // anyOf takes its dependents off the other futures once one of them is complete
        }
    }

    /** The future's value; what it failed with is thrown as it is. */
    static <T> T get(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw thrown(unwrap(e));
        }
    }

    /** As {@link #get}; an interrupt does not end the wait, and the thread keeps its flag. */
    static <T> T getUninterruptibly(CompletableFuture<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return get(future);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The failure without the wrapper that futures put around it. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return wrapper && cause != null ? cause : failure;
    }

    private static RuntimeException thrown(Throwable cause) {
        if (cause instanceof RuntimeException e) {
            e.addSuppressed(new CallerTrace());
            return e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(cause);
    }

    /** Shows which thread waited for a failure that happened on one of the engine's. */
    private static final class CallerTrace extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CallerTrace() {
            super("waited for by thread " + Thread.currentThread().getName());
        }
    }
}
