package io.github.statelock.cli;

import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import java.time.Duration;

/**
 * Takes a lock for a process that runs one command.
 *
 * <p>Whether a holder is dead shows only to those who watch its record for as long as its lease and margin. A process that
 * lives on does so by trying again; this one would forget what it saw. So it stays that long at a leased record, whatever
 * wait it was given, and leaves as soon as the record changes, since then its holder lives. It stays at no lock around this
 * process: that one is not released before this process ends.
 */
final class Acquisition {

    /** Longer than the longest pause between two looks of the engine. */
    private static final Duration POLL = Duration.ofSeconds(3);

    /** One way to take a lock. */
    @FunctionalInterface
    interface Taking<T> {
        T take(LockOptions options) throws InterruptedException;
    }

    private Acquisition() {}

    /**
     * Takes the lock.
     *
     * @param stays whether to stay at a leased record to find out whether its holder is dead
     */
    static <T> T take(LockOptions.Builder how, boolean stays, Output output, Taking<T> taking)
            throws InterruptedException {
        Waiting progress = new Waiting(output);
        LockOptions options = how.listener(progress).build();
        try {
            return OuterLocks.exist() ? takeInside(options, stays, taking) : take(options, stays, taking);
        } finally {
            progress.end();
        }
    }

    /** Looks once before it waits: a lock around this process would be waited for in vain. */
    private static <T> T takeInside(LockOptions options, boolean stays, Taking<T> taking) throws InterruptedException {
        try {
            return taking.take(options.toBuilder().waitUpTo(Duration.ZERO).build());
        } catch (LockHeldException e) {
            if (OuterLocks.include(e.holder())) {
                throw e;
            }
            return take(options, stays, taking);
        }
    }

    private static <T> T take(LockOptions options, boolean stays, Taking<T> taking) throws InterruptedException {
        try {
            return taking.take(options);
        } catch (LockHeldException e) {
            if (!stays || !options.takeOver() || e.holder().lease().isEmpty()) {
                throw e;
            }
            return outwait(e, options, taking);
        }
    }

    private static <T> T outwait(LockHeldException first, LockOptions options, Taking<T> taking)
            throws InterruptedException {
        Duration lease = first.holder().lease().orElseThrow();
        Duration dead = lease.plus(LockOptions.safetyMargin(lease)).plus(POLL);
        long end = System.nanoTime() + dead.minus(first.unchangedFor()).toNanos();
        LockOptions oneLook = options.toBuilder().waitUpTo(POLL).build();
        while (true) {
            try {
                return taking.take(oneLook);
            } catch (LockHeldException e) {
                boolean alive = !e.holder().version().equals(first.holder().version());
                if (alive || System.nanoTime() - end >= 0) {
                    throw e;
                }
            }
        }
    }
}
