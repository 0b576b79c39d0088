package io.github.statelock.cli.serve;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of states the server has in memory at a time, over all requests. A request reserves what it needs before it
 * reads. Safe for use by several threads.
 */
final class ByteBudget {

    /** A state is in memory up to four times: as sent, as stored before, and in the store's client. */
    private static final int COPIES = 4;

    private final long most;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();

    ByteBudget(long most) {
        this.most = most;
    }

    /** The part of this process's heap that states may take. */
    static long ofHeap() {
        return Runtime.getRuntime().maxMemory() / COPIES;
    }

    long most() {
        return most;
    }

    long used() {
        return used.get();
    }

    /** How often there was not so much left as was asked for. */
    long refusals() {
        return refusals.get();
    }

    /** Some of the budget; empty if there is not so much left now. */
    Optional<Share> reserve(long bytes) {
        return take(bytes) ? Optional.of(new Share(bytes)) : Optional.empty();
    }

    private boolean take(long bytes) {
        long before = used.getAndUpdate(now -> bytes <= most - now ? now + bytes : now);
        boolean taken = bytes <= most - before;
        if (!taken) {
            refusals.incrementAndGet();
        }
        return taken;
    }

    /** What one request has of the budget until it gives it back. Safe for use by several threads. */
    final class Share implements AutoCloseable {

        private final AtomicLong bytes;

        private Share(long bytes) {
            this.bytes = new AtomicLong(bytes);
        }

        /** Reserves more, so that the share has that many bytes; false if there is not so much left now. */
        boolean growTo(long size) {
            long more = size - bytes.get();
            if (more > 0 && !take(more)) {
                return false;
            }
            bytes.addAndGet(Math.max(more, 0));
            return true;
        }

        /** Says how large the share is that is in memory already, whether it fits or not. */
        void set(long size) {
            used.addAndGet(size - bytes.getAndSet(size));
        }

        /** Gives all of it back. A second call does nothing. */
        @Override
        public void close() {
            used.addAndGet(-bytes.getAndSet(0));
        }
    }
}
