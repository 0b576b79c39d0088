package io.github.statelock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody else holds the lock, and did so until the wait was over.
 *
 * <p>The caller may assume that nothing was changed and nothing is left behind. Waiting longer is safe; the message says
 * who holds the lock, since when, whether the holder was seen alive, and how to free the lock of a dead holder.
 */
public final class LockHeldException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final transient ObservedLock holder;
    private final transient Duration unchangedFor;

    /**
     * A held lock.
     *
     * @param holder the record that is there
     * @param unchangedFor how long this process has seen the record unchanged
     */
    public LockHeldException(ObservedLock holder, Duration unchangedFor) {
        super(Kind.HELD, message(holder, unchangedFor), null);
        this.holder = Objects.requireNonNull(holder, "holder");
        this.unchangedFor = Objects.requireNonNull(unchangedFor, "unchangedFor");
    }

    /**
     * The record that is there.
     *
     * @return the holder's record
     */
    public ObservedLock holder() {
        return holder;
    }

    /**
     * How long this process has seen the record unchanged; a living holder of a lease changes it every third of its lease.
     *
     * @return the time since this process first saw the record as it is
     */
    public Duration unchangedFor() {
        return unchangedFor;
    }

    private static String message(ObservedLock holder, Duration unchangedFor) {
        String opening = "Error acquiring the state lock: \"" + holder.key() + "\" is held by somebody else.\n";
        if (holder.info().isEmpty() && holder.version().isEmpty()) {
            return opening + "The store refused the lock, but its record could not be read: try again.";
        }
        String info = holder.info()
                .map(i -> "Lock Info:\n" + i.describe())
                .orElse("The lock's record is unreadable; its version is " + Printable.line(holder.version()) + ".\n");
        return opening + info + liveness(holder, unchangedFor) + "\n"
                + "If you are sure that the holder is dead, free the lock with forceUnlock(\"" + holder.key() + "\", \""
                + Printable.line(holder.info().map(LockInfo::id).orElse(holder.version())) + "\").";
    }

    private static String liveness(ObservedLock holder, Duration unchangedFor) {
        if (holder.expired()) {
            return "The store says that this holder's lease has ended: the next attempt takes the lock over.";
        }
        Optional<Duration> lease = holder.lease();
        if (lease.isEmpty()) {
            return "This lock has no lease: it is held until it is released or forced, whether or not its holder lives.";
        }
        String seen = unchangedFor.toSeconds() + " s";
        if (unchangedFor.compareTo(lease.get().dividedBy(2)) < 0) {
            return "Its lease is " + lease.get().toSeconds() + " s; the record as it is was first seen " + seen
                    + " ago, so the holder may well be alive.";
        }
        return "Its lease is " + lease.get().toSeconds() + " s and it has not been renewed for at least " + seen
                + ": the holder may be dead. Whoever waits for the lease and its margin takes the lock over.";
    }
}
