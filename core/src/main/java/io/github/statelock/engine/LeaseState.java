package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.LockStatus;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.util.Optional;

/**
 * What a holder may believe of its lock, judged by the clocks at each call. No I/O, no callbacks: every method that changes
 * the status says so by its result, and its caller tells the others. Safe for use by several threads.
 */
final class LeaseState {

    private final Optional<Lease> lease;
    private final Ticker ticker;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private LockStatus status = LockStatus.HELD;

    @GuardedBy("lock")
    private OwnedLock owned;

    @GuardedBy("lock")
    private long sent;

    @GuardedBy("lock")
    private long wallAtSent;

    @GuardedBy("lock")
    private String reason = "";

    /**
     * A lock just taken.
     *
     * @param sent when the successful request was sent, or any earlier moment; the deadline counts from there
     * @param wallAtSent the wall clock at that moment
     */
    LeaseState(Optional<Lease> lease, Ticker ticker, OwnedLock owned, long sent, long wallAtSent) {
        this.lease = lease;
        this.ticker = ticker;
        this.owned = owned;
        this.sent = sent;
        this.wallAtSent = wallAtSent;
    }

    LockStatus status() {
        synchronized (lock) {
            return status;
        }
    }

    /** The record in the newest version that an answer showed. */
    OwnedLock owned() {
        synchronized (lock) {
            return owned;
        }
    }

    /** Why it is lost; empty if it is not. */
    String reason() {
        synchronized (lock) {
            return reason;
        }
    }

    /** The moment when the holder must stop, on the monotonic clock. For leased locks. */
    long deadline() {
        synchronized (lock) {
            return sent + lease.map(Lease::deadlineNanos).orElse(0L);
        }
    }

    /** The time to the deadline; empty without lease, zero once lost or released. */
    Optional<Duration> remaining() {
        synchronized (lock) {
            if (isFinal()) {
                return Optional.of(Duration.ZERO);
            }
            return lease.map(l -> Duration.ofNanos(Math.max(0, l.deadlineNanos() - nanosSinceSent())));
        }
    }

    /** The time since the last successful send. */
    Duration age() {
        synchronized (lock) {
            return Duration.ofNanos(nanosSinceSent());
        }
    }

    /** Makes the lock LOST if its deadline has passed; true if this call did. */
    boolean expireIfDue(String why) {
        synchronized (lock) {
            return lease.isPresent() && nanosSinceSent() >= lease.get().deadlineNanos() && loseLocked(why);
        }
    }

    /**
     * Whether the wall clock ran ahead of the monotonic one by more than the margin since the last successful send: the
     * machine was suspended, and the lease may be over although the monotonic clock stood still. A wall clock that jumps back
     * means nothing.
     */
    boolean suspended() {
        synchronized (lock) {
            if (lease.isEmpty() || isFinal()) {
                return false;
            }
            long ahead = ticker.wallMillis() - wallAtSent - nanosSinceSent() / 1_000_000;
            return ahead > lease.get().margin().toMillis();
        }
    }

    /**
     * A renewal succeeded. It does not revive a lock that is lost or released, nor one whose deadline has passed.
     *
     * @return whether the lock is held by it
     */
    boolean renewed(OwnedLock next, long renewalSent, long renewalWall) {
        synchronized (lock) {
            if (isFinal()
                    || (lease.isPresent() && nanosSinceSent() >= lease.get().deadlineNanos())) {
                return false;
            }
            owned = next;
            sent = renewalSent;
            wallAtSent = renewalWall;
            become(LockStatus.HELD);
            return true;
        }
    }

    /** An unanswered renewal of ours was applied: the record's version is another one. */
    void adopt(String version) {
        synchronized (lock) {
            owned = owned.withVersion(version);
        }
    }

    /** A renewal did not succeed; true if the lock was HELD before. */
    boolean atRisk() {
        synchronized (lock) {
            return status == LockStatus.HELD && become(LockStatus.AT_RISK);
        }
    }

    /** There is proof that the record is not ours; true if this call made the lock LOST. */
    boolean lose(String why) {
        synchronized (lock) {
            return loseLocked(why);
        }
    }

    /** The holder gives the lock up; true if this call made it RELEASED. */
    boolean release() {
        synchronized (lock) {
            return !isFinal() && become(LockStatus.RELEASED);
        }
    }

    @GuardedBy("lock")
    private boolean loseLocked(String why) {
        if (isFinal()) {
            return false;
        }
        reason = why;
        return become(LockStatus.LOST);
    }

    @GuardedBy("lock")
    private boolean isFinal() {
        return status == LockStatus.LOST || status == LockStatus.RELEASED;
    }

    @GuardedBy("lock")
    private long nanosSinceSent() {
        return ticker.nanos() - sent;
    }

    /** The one writer of the status. */
    @GuardedBy("lock")
    private boolean become(LockStatus next) {
        status = next;
        return true;
    }
}
