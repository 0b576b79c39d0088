package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the user's code of one acquisition, one call after the other, on the callback threads and under no lock. Safe for use
 * by several threads.
 */
final class Callbacks {

    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    private final Executor pool;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Queue<Runnable> waiting = new ArrayDeque<>();

    /** Whether a thread of the pool works on the queue. */
    @GuardedBy("lock")
    private boolean busy;

    Callbacks(Executor pool) {
        this.pool = pool;
    }

    /** Has the call made after all that were given before. */
    void run(Runnable call) {
        synchronized (lock) {
            waiting.add(call);
            if (busy) {
                return;
            }
            busy = true;
        }
        pool.execute(this::drain);
    }

    /** As {@link #run}, but dropped while an earlier call is still waiting: progress that is late is of no use. */
    void runIfIdle(Runnable call) {
        synchronized (lock) {
            if (busy) {
                return;
            }
        }
        run(call);
    }

    private void drain() {
        while (true) {
            Runnable next;
            synchronized (lock) {
                next = waiting.poll();
                if (next == null) {
                    busy = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException | Error e) { // the user's code must not end ours
                LOG.warn("A callback threw", e);
            }
        }
    }
}
