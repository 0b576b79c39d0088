package io.github.statelock.cli.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the requests under way, so that a stop can wait for them. Safe for use by several threads. */
final class UnderWay {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();

    @GuardedBy("lock")
    private int count;

    @GuardedBy("lock")
    private boolean closed;

    /** Whether the request may start; false once the server is stopping. Every call has its {@link #leave}. */
    boolean enter() {
        lock.lock();
        try {
            count++;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            count--;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests are under way. */
    int count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nobody start any more, and waits for those who are under way; returns how many still are. */
    int close(Duration grace) throws InterruptedException {
        long left = grace.toNanos();
        lock.lock();
        try {
            closed = true;
            while (count > 0 && left > 0) {
                left = fewer.awaitNanos(left);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }
}
