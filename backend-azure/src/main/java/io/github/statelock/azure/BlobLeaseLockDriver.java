package io.github.statelock.azure;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Locks that are leases on the state blobs. The lease's ID is the lock's ID, so the service itself compares it, and a
 * repeated request is answered as the first one. The service's clock ends leases.
 */
final class BlobLeaseLockDriver implements LockDriver {

    private static final LeaseBounds BOUNDS =
            new LeaseBounds(Duration.ofSeconds(15), LockSight.LONGEST_LEASE, true, true, true);

    private static final Pattern UUID = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Blobs blobs;
    private final KnownBlobs known;
    private final LockSight sight;
    private final LeaseTaking taking;
    private final LeaseEnding ending;
    private final boolean breakUnnamed;

    /**
     * Locks on those blobs.
     *
     * @param breakUnnamed whether a lock whose ID nobody knows may be broken by its version
     */
    BlobLeaseLockDriver(Blobs blobs, KnownBlobs known, boolean breakUnnamed) {
        this.blobs = blobs;
        this.known = known;
        this.sight = new LockSight(blobs, known);
        this.taking = new LeaseTaking(blobs, known, sight);
        this.ending = new LeaseEnding(blobs, known, sight);
        this.breakUnnamed = breakUnnamed;
    }

    @Override
    public String lockPath(StateKey key) {
        return blobs.path(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return BOUNDS;
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return taking.take(proposal);
    }

    /** The service ended the holder's lease and gives the next one to whoever comes first. */
    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return taking.take(proposal);
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        StateKey key = lock.key();
        try {
            return new RenewOutcome.Renewed(lock.withVersion(
                    LockSight.version(blobs.renewLease(key, lock.info().id()))));
        } catch (BlobFailure e) {
            return switch (e.kind()) {
                case LEASED -> new RenewOutcome.Lost(holderAfterLoss(lock));
                case NO_BLOB -> new RenewOutcome.Lost(Optional.empty());
                case REFUSED -> new RenewOutcome.Refused(e.refusal());
                default -> new RenewOutcome.Unknown(e.refusal());
            };
        }
    }

    /** Who has the lock now; the refusal alone is proof that we have not. */
    private Optional<ObservedLock> holderAfterLoss(OwnedLock lock) {
        try {
            return sight.lookAfterRefusal(lock.key(), lock.info().id())
                    .filter(actual -> !actual.hasId(lock.info().id()));
        } catch (StatelockException e) {
            return Optional.empty();
        }
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        return ending.end(lock.key(), lock.info().id(), lock.lease().isEmpty());
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return sight.watch(key);
    }

    @Override
    public LockListing list(String prefix) {
        return LockListing.shown(sight.list(prefix));
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        if (observed.expired()) {
            return ending.wipe(observed);
        }
        return isVersion(observed, lockId) ? ending.breakUnnamed(observed) : ending.end(observed.key(), lockId, false);
    }

    /**
     * The holder's ID. Where the record does not show it (no signature yet, an unreadable one), any other: the service
     * compares it with the lease itself, as it does for Terraform.
     */
    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        if (observed.info().isPresent()) {
            return observed.hasId(lockId);
        }
        return isVersion(observed, lockId) || (UUID.matcher(lockId).matches() && !sight.wasRefused(observed, lockId));
    }

    private boolean isVersion(ObservedLock observed, String lockId) {
        return breakUnnamed && observed.info().isEmpty() && observed.version().equals(lockId);
    }

    @Override
    public String idHint() {
        return breakUnnamed
                ? ""
                : "A lease whose holder left no readable name is ended by its own ID, or by itself where it has an"
                        + " end. To break one whose ID nobody knows by the version of its record, allow that:"
                        + " break_unnamed_leases=true in the store's URI, or breakUnnamedLeases(true) of the builder.";
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        Optional<BlobHead> head = known.head(lock.key());
        try {
            try {
                return fence(lock, head.orElseGet(() -> read(lock)));
            } catch (BlobFailure e) {
                if (e.kind() != Kind.CHANGED) {
                    throw e;
                }
                return fence(lock, read(lock));
            }
        } catch (BlobFailure e) {
            return switch (e.kind()) {
                case LEASED -> new FenceOutcome.Lost(holderAfterLoss(lock));
                case NO_BLOB -> new FenceOutcome.Lost(Optional.empty());
                case REFUSED -> throw e.refusal();
                default -> new FenceOutcome.Unknown(e.refusal());
            };
        }
    }

    /** One request that the service applies only under our lease: whoever has the number had the lock when it was drawn. */
    private FenceOutcome fence(OwnedLock lock, BlobHead head) {
        long token = BlobMetadata.fence(head.metadata()) + 1;
        Map<String, String> metadata = BlobMetadata.withFence(head.metadata(), token);
        String etag =
                blobs.setMetadata(lock.key(), metadata, Optional.of(lock.info().id()), head.etag());
        known.learn(lock.key(), head.with(etag, metadata));
        return new FenceOutcome.Confirmed(token, lock.withVersion(LockSight.version(etag)));
    }

    private BlobHead read(OwnedLock lock) {
        return blobs.head(lock.key(), Optional.of(lock.info().id())).head();
    }
}
