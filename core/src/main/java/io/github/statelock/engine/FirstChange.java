package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a backend must prove of its store before the first change of a lock or a state, and never for a read. Changes that come
 * together share one proof. Only success is remembered: what went wrong is tried again with the next change. Safe for use by
 * several threads.
 */
final class FirstChange {

    private final Runnable proof;
    private final Duration timeout;
    private final Object lock = new Object();
    private volatile boolean passed;

    @GuardedBy("lock")
    private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

    /**
     * A proof.
     *
     * @param proof returns if the store may be changed
     * @param timeout how long to wait for the proof of another thread
     */
    FirstChange(Runnable proof, Duration timeout) {
        this.proof = proof;
        this.timeout = timeout;
    }

    /** For a store of which nothing is to be proved. */
    static FirstChange anyTime() {
        FirstChange nothing = new FirstChange(() -> {}, Duration.ZERO);
        nothing.passed = true;
        return nothing;
    }

    /** Whether nothing is left to be proved. */
    boolean hasPassed() {
        return passed;
    }

    /**
     * Returns once the proof has passed.
     *
     * @throws StatelockException why it did not pass. Nothing was changed
     */
    void require() {
        if (passed) {
            return;
        }
        CompletableFuture<Void> own = new CompletableFuture<>();
        CompletableFuture<Void> current;
        synchronized (lock) {
            if (running.isDone()) {
                running = own;
            }
            current = running;
        }
        if (current == own) {
            prove(own);
        } else {
            await(current);
        }
    }

    private void prove(CompletableFuture<Void> own) {
        try {
            if (!passed) { // else it passed after this thread had looked
                proof.run();
                passed = true;
            }
            own.complete(null);
        } catch (Throwable e) {
            StatelockException failure = e instanceof StatelockException known ? known : unknown(e);
            own.completeExceptionally(failure);
            throw failure;
        }
    }

    private void await(CompletableFuture<Void> others) {
        try {
            others.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof StatelockException known ? known : unknown(e);
        } catch (TimeoutException e) {
            throw unknown(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(e);
        }
    }

    private static BackendUnavailableException unknown(Throwable e) {
        return new BackendUnavailableException(
                "Whether the store checks conditions could not be found out, so nothing was changed: " + e, e);
    }
}
