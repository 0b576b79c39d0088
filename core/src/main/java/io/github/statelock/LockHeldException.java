package io.github.statelock;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Somebody else holds the lock, and did so until the wait was over.
 *
 * <p>The caller may assume that nothing was changed and nothing is left behind. Waiting longer is safe; the message says
 * who holds the lock, since when, whether the holder was seen alive, and how to free the lock of a dead holder.
 */
public final class LockHeldException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private static final String WAIT_OR_STOP =
            "Wait for it, or stop it where it runs: then it releases the lock, or the lock expires with its lease.";

    private final transient ObservedLock holder;
    private final transient Duration unchangedFor;
    private final boolean seenAlive;

    /**
     * A held lock whose holder was not seen alive.
     *
     * @param holder the record that is there
     * @param unchangedFor how long this process has seen the record unchanged
     */
    public LockHeldException(ObservedLock holder, Duration unchangedFor) {
        this(holder, unchangedFor, false);
    }

    /**
     * A held lock.
     *
     * @param holder the record that is there
     * @param unchangedFor how long this process has seen the record unchanged
     * @param seenAlive whether this process has seen the holder renew the lock, or is the holder's own
     */
    public LockHeldException(ObservedLock holder, Duration unchangedFor, boolean seenAlive) {
        super(Kind.HELD, problem(holder, unchangedFor, seenAlive), remedies(holder, unchangedFor, seenAlive), null);
        this.holder = Objects.requireNonNull(holder, "holder");
        this.unchangedFor = Objects.requireNonNull(unchangedFor, "unchangedFor");
        this.seenAlive = seenAlive;
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
     * @return the time since this process first saw the record as it is; zero where it tells nothing: the holder is in this JVM,
     *     or the service itself ends leases and a renewal does not show
     */
    public Duration unchangedFor() {
        return unchangedFor;
    }

    /**
     * Whether the holder is known to have been alive while this process watched. It may have stopped since: see
     * {@link #unchangedFor()}.
     *
     * @return whether this process has seen the holder renew the lock, or is the holder's own, or has watched for a lease that the
     *     service itself would have ended
     */
    public boolean seenAlive() {
        return seenAlive;
    }

    private static String problem(ObservedLock holder, Duration unchangedFor, boolean seenAlive) {
        String opening = "Error acquiring the state lock: \"" + holder.key() + "\" is held by somebody else.\n";
        if (isUnread(holder)) {
            return opening + "The store refused the lock, but its record could not be read: try again.";
        }
        String info = holder.info()
                .map(i -> "Lock Info:\n" + i.describe())
                .orElse("The lock's record is unreadable; its version is " + Printable.line(holder.version()) + ".\n");
        return opening
                + info
                + liveness(holder, unchangedFor, seenAlive)
                + (isAlive(holder, unchangedFor, seenAlive) ? "\n" + WAIT_OR_STOP : "");
    }

    private static boolean isUnread(ObservedLock holder) {
        return holder.info().isEmpty() && holder.version().isEmpty();
    }

    /** None while it lives: to free its lock would be to split it. */
    private static List<Remedy> remedies(ObservedLock holder, Duration unchangedFor, boolean seenAlive) {
        return isUnread(holder) || isAlive(holder, unchangedFor, seenAlive)
                ? List.of()
                : List.of(Remedy.ForceUnlock.ofDead(holder));
    }

    private static boolean isAlive(ObservedLock holder, Duration unchangedFor, boolean seenAlive) {
        return seenAlive
                && !holder.expired()
                && holder.lease()
                        .filter(lease -> unchangedFor.compareTo(lease.dividedBy(2)) < 0)
                        .isPresent();
    }

    private static String liveness(ObservedLock holder, Duration unchangedFor, boolean seenAlive) {
        if (holder.expired()) {
            return "The store says that this holder's lease has ended: the next attempt takes the lock over.";
        }
        if (holder.lease().isEmpty()) {
            return "This lock has no lease: it is held until it is released or forced, whether or not its holder lives.";
        }
        Duration lease = holder.lease().get();
        String opening = "Its lease is " + lease.toSeconds() + " s and ";
        if (unchangedFor.compareTo(lease.dividedBy(2)) >= 0) {
            return opening + "it has not been renewed for at least " + unchangedFor.toSeconds()
                    + " s: the holder may be dead. Whoever waits for the lease and its margin takes the lock over.";
        }
        return seenAlive
                ? opening + "it was renewed while this process watched: the holder is alive."
                : opening + "this process has not watched it for long enough to tell whether the holder is alive.";
    }
}
