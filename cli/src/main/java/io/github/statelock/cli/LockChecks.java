package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether locks can be taken, kept and given back, and whether the store refuses everybody who has none. */
final class LockChecks {

    private static final String OPERATION = "doctor";

    private final StateBackend one;
    private final StateBackend other;
    private final StateKey key;
    private final DoctorReport report;

    /** All that were taken, to be given back whatever happens. */
    private final List<HeldLock> taken = new ArrayList<>();

    private boolean unknown;

    LockChecks(StateBackend one, StateBackend other, StateKey key, DoctorReport report) {
        this.one = one;
        this.other = other;
        this.key = key;
        this.report = report;
    }

    void run() throws InterruptedException {
        Renewals renewals = new Renewals();
        boolean leases = keepsLeases();
        if (!leases) {
            report.add(Finding.warn(
                    "lease",
                    "none: the store cannot delete on condition, so it takes only locks that are held until they are"
                            + " released or forced"));
        }
        LockOptions options = leases ? leased(renewals) : lasting();
        List<HeldLock> first = new ArrayList<>();
        report.check("acquire", () -> {
            first.add(take(one, options));
            return Finding.ok("acquire", leases ? "with a lease of " + seconds(options) : "without lease");
        });
        if (!first.isEmpty()) {
            HeldLock lock = first.get(0);
            report.check("exclusion", () -> exclusion(lock));
            if (leases) {
                report.check("renew", () -> renewals.await(options));
            }
            report.check("release", () -> release(lock));
        }
        if (one.capabilities().noLease()) {
            report.check("former holder", this::formerHolder);
        }
    }

    /** What keeps it from being found out keeps the first lock from being taken too, and is told there. */
    private boolean keepsLeases() {
        try {
            return one.capabilities().leases();
        } catch (StatelockException e) {
            return true;
        }
    }

    private LockOptions leased(LockListener listener) {
        return LockOptions.builder()
                .operation(OPERATION)
                .lease(one.capabilities().shortestLease())
                .listener(listener)
                .build();
    }

    private static LockOptions lasting() {
        return LockOptions.builder().operation(OPERATION).noLease().build();
    }

    private static String seconds(LockOptions options) {
        return options.lease().orElse(Duration.ZERO).toSeconds() + " s";
    }

    private HeldLock take(StateBackend by, LockOptions options) throws InterruptedException {
        try {
            HeldLock lock = by.locks().acquire(key, options);
            taken.add(lock);
            return lock;
        } catch (OutcomeUnknownException e) {
            unknown = true;
            throw e;
        }
    }

    /** Whether a lock was taken, or may have been. */
    boolean mayHaveTaken() {
        return unknown || !taken.isEmpty();
    }

    private Finding exclusion(HeldLock lock) throws InterruptedException {
        LockAttempt attempt = other.locks().tryAcquire(key, lasting());
        if (attempt instanceof LockAttempt.Held held) {
            return held.holder().hasId(lock.info().id())
                    ? Finding.ok("exclusion", "a second holder was refused by the store, and told of the first")
                    : Finding.fail(
                            "exclusion", "a second holder was refused, but told of another lock than the first's");
        }
        if (attempt instanceof LockAttempt.Acquired acquired) {
            taken.add(acquired.lock());
        }
        return Finding.fail(
                "exclusion",
                "two holders have the same lock: the store ignores the condition of a create. Locks on it exclude nobody");
    }

    private Finding release(HeldLock lock) {
        lock.release();
        return other.locks().inspect(key).filter(seen -> !seen.expired()).isEmpty()
                ? Finding.ok("release", "the lock is gone")
                : Finding.fail("release", "the lock was released, and is still in the store");
    }

    /**
     * A holder whose lock was forced, and is somebody else's by now, releases what it believes to be its own. The request names
     * the former record; a store that ignores that frees the lock of the next holder.
     */
    private Finding formerHolder() throws InterruptedException {
        HeldLock former = take(other, lasting());
        if (!one.locks().forceUnlock(key, former.info().id())) {
            return Finding.fail("former holder", "a lock without lease was taken, and was not in the store");
        }
        HeldLock next = take(one, lasting());
        try {
            former.release();
            return Finding.fail("former holder", "it was not told that its lock is somebody else's");
        } catch (LockLostException e) {
            // as it should be
        }
        Optional<ObservedLock> now = other.locks().inspect(key);
        if (now.filter(lock -> lock.hasId(next.info().id())).isEmpty()) {
            return Finding.fail(
                    "former holder",
                    "its release removed the lock of the next holder: the store ignores the condition of a delete");
        }
        next.release();
        return Finding.ok(
                "former holder", "its release was refused by the store; locks without lease are taken and forced");
    }

    /** Gives back what is left. Says what could not be. */
    List<String> giveBack() {
        List<String> left = new ArrayList<>();
        for (HeldLock lock : taken) {
            try {
                lock.release();
            } catch (LockLostException e) {
                // it is gone
            } catch (RuntimeException e) {
                left.add("the lock " + lock.info().id() + " of \"" + key + "\": " + e.getMessage());
            }
        }
        return left;
    }

    /** Waits for the lock's first renewal. */
    private static final class Renewals implements LockListener {
        private final CountDownLatch renewed = new CountDownLatch(1);
        private volatile String trouble = "";

        @Override
        public void renewed(HeldLock lock) {
            renewed.countDown();
        }

        @Override
        public void atRisk(HeldLock lock, String reason) {
            trouble = reason;
        }

        Finding await(LockOptions options) throws InterruptedException {
            Duration lease = options.lease().orElseThrow();
            boolean done = renewed.await(lease.toMillis(), TimeUnit.MILLISECONDS);
            return done
                    ? Finding.ok("renew", "the lease was renewed")
                    : Finding.fail(
                            "renew",
                            "the lease of " + seconds(options) + " was not renewed in time: "
                                    + (trouble.isEmpty() ? "the store is too slow" : trouble));
        }
    }
}
