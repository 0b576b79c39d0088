package io.github.statelock.testkit;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.util.List;
import java.util.Optional;

/** A driver with one condition switched off, for the twins of the safety tests. */
final class BrokenLockDriver implements LockDriver {

    /** What is broken. */
    enum Defect {
        /** Creates its record over whatever is there. */
        CREATES_UNCONDITIONALLY,
        /** Replaces whatever is there instead of the record observed. */
        TAKES_OVER_UNCONDITIONALLY,
        /** Writes its record again though it is somebody else's by now. */
        RENEWS_UNCONDITIONALLY,
        /** Says that it renewed, and changes nothing. */
        RENEWS_UNSEEN,
        /** Deletes whatever is there. */
        RELEASES_UNCONDITIONALLY,
        /** Deletes whatever is there instead of the record observed. */
        BREAKS_UNCONDITIONALLY,
        /** Takes every lease for over. */
        CHECKS_NO_LEASE,
        /** Takes every record for a leased one. */
        INVENTS_LEASES,
        /** Vouches for a token without a look at the lock. */
        CONFIRMS_EVERY_TOKEN,
        /** Draws the same token again. */
        DRAWS_ONE_TOKEN
    }

    private final LockDriver inner;
    private final Defect defect;

    BrokenLockDriver(LockDriver inner, Defect defect) {
        this.inner = inner;
        this.defect = defect;
    }

    @Override
    public String lockPath(StateKey key) {
        return inner.lockPath(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return inner.leaseBounds();
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        AcquireOutcome outcome = inner.tryAcquire(proposal);
        while (defect == Defect.CREATES_UNCONDITIONALLY && outcome instanceof AcquireOutcome.Held held) {
            outcome = inner.takeOver(proposal, held.holder());
        }
        return outcome instanceof AcquireOutcome.Held held ? new AcquireOutcome.Held(seen(held.holder())) : outcome;
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        AcquireOutcome outcome = inner.takeOver(proposal, stale);
        while (defect == Defect.TAKES_OVER_UNCONDITIONALLY && outcome instanceof AcquireOutcome.Held held) {
            outcome = inner.takeOver(proposal, held.holder());
        }
        return outcome;
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        if (defect == Defect.RENEWS_UNSEEN) {
            return new RenewOutcome.Renewed(lock);
        }
        RenewOutcome outcome = inner.renew(lock);
        if (defect == Defect.RENEWS_UNCONDITIONALLY && outcome instanceof RenewOutcome.Lost lost) {
            LockProposal again = new LockProposal(lock.key(), lock.info(), lock.lease());
            AcquireOutcome taken =
                    lost.actual().map(actual -> inner.takeOver(again, actual)).orElseGet(() -> inner.tryAcquire(again));
            return taken instanceof AcquireOutcome.Acquired acquired
                    ? new RenewOutcome.Renewed(acquired.lock())
                    : outcome;
        }
        return outcome;
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        ReleaseOutcome outcome = inner.release(lock);
        return defect == Defect.RELEASES_UNCONDITIONALLY && outcome instanceof ReleaseOutcome.NotOwner other
                ? inner.breakLock(other.actual(), lock.info().id())
                : outcome;
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return inner.observe(key).map(this::seen);
    }

    @Override
    public List<String> watchedParts(ObservedLock observed) {
        return inner.watchedParts(observed);
    }

    @Override
    public boolean isWhole(ObservedLock observed) {
        return inner.isWhole(observed);
    }

    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        return inner.identifies(observed, lockId);
    }

    @Override
    public String idHint() {
        return inner.idHint();
    }

    @Override
    public Optional<String> keyProblem(StateKey key) {
        return inner.keyProblem(key);
    }

    @Override
    public LockListing list(String prefix) {
        LockListing listing = inner.list(prefix);
        return new LockListing(listing.shown().stream().map(this::seen).toList(), listing.named());
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        ReleaseOutcome outcome = inner.breakLock(observed, lockId);
        return defect == Defect.BREAKS_UNCONDITIONALLY && outcome instanceof ReleaseOutcome.NotOwner other
                ? inner.breakLock(other.actual(), lockId)
                : outcome;
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        FenceOutcome outcome = inner.drawFence(lock);
        if (defect == Defect.DRAWS_ONE_TOKEN) {
            return new FenceOutcome.Drawn(1);
        }
        return defect == Defect.CONFIRMS_EVERY_TOKEN && outcome instanceof FenceOutcome.Drawn drawn
                ? new FenceOutcome.Confirmed(drawn.token(), lock)
                : outcome;
    }

    private ObservedLock seen(ObservedLock lock) {
        return switch (defect) {
            case CHECKS_NO_LEASE -> new ObservedLock(lock.key(), lock.info(), lock.lease(), lock.version(), true);
            case INVENTS_LEASES ->
                new ObservedLock(
                        lock.key(),
                        lock.info(),
                        lock.lease().or(() -> Optional.of(leaseBounds().shortest())),
                        lock.version(),
                        lock.expired());
            default -> lock;
        };
    }
}
