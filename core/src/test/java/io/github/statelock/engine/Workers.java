package io.github.statelock.engine;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that a test's clock waits for: those of the engine and those that call it. They are at rest when each of them
 * waits for something that has not come yet. So a clock that moves only then never runs ahead of a thread that the machine did
 * not let run. Safe for use by several threads.
 */
final class Workers {

    private final Set<Thread> working = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toStart = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();

    /** The executor, whose tasks count from the moment when they are handed to it. */
    Executor around(Executor executor) {
        return task -> {
            toStart.incrementAndGet();
            try {
                executor.execute(() -> run(task));
            } catch (Throwable e) {
                toStart.decrementAndGet();
                throw e;
            }
        };
    }

    /** As {@link #around}, for a call of a test. */
    <T> Callable<T> around(Callable<T> call) {
        toStart.incrementAndGet();
        return () -> {
            enter();
            try {
                return call.call();
            } finally {
                leave();
            }
        };
    }

    private void run(Runnable task) {
        enter();
        try {
            task.run();
        } finally {
            leave();
        }
    }

    private void leave() {
        finished.incrementAndGet();
        working.remove(Thread.currentThread());
    }

    private void enter() {
        working.add(Thread.currentThread());
        toStart.decrementAndGet();
    }

    /**
     * Whether all of them wait. One that was seen to wait may have been woken by another before that one was seen; the second
     * round sees it at work.
     */
    boolean areAtRest() {
        boolean atFirst = allWait();
        return atFirst && allWait();
    }

    private boolean allWait() {
        int before = finished.get();
        return toStart.get() == 0 && working.stream().allMatch(Workers::waits) && before == finished.get();
    }

    /** A thread that was woken and has not been scheduled yet still looks parked; its future knows better. */
    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING
                && !thread.isInterrupted()
                && !(LockSupport.getBlocker(thread) instanceof ForkJoinPool.ManagedBlocker blocker
                        && blocker.isReleasable());
    }
}
