package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.s3.S3Requests.If;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.terraform.LockInfoCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Locks as objects beside the states: created with {@code If-None-Match: *}, renewed and taken over with {@code If-Match},
 * released by a conditional DELETE.
 */
final class S3LockFileDriver implements LockDriver {

    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final S3Requests s3;
    private final Layout layout;
    private final Duration timeout;
    private final BooleanSupplier deletesConditionally;

    /**
     * Locks in a bucket.
     *
     * @param deletesConditionally whether the store checks the condition of a DELETE, as far as it is known. Without that, a
     *     paused holder's release would free its successor, so there are no leases then
     */
    S3LockFileDriver(S3Requests s3, Layout layout, Duration timeout, BooleanSupplier deletesConditionally) {
        this.s3 = s3;
        this.layout = layout;
        this.timeout = timeout;
        this.deletesConditionally = deletesConditionally;
    }

    @Override
    public String lockPath(StateKey key) {
        return layout.lockId(key);
    }

    @Override
    public Optional<String> keyProblem(StateKey key) {
        return layout.keyProblem(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return new LeaseBounds(SHORTEST, LeaseBounds.LONGEST, deletesConditionally.getAsBoolean(), true, false);
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return write(proposal, new If.Absent());
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return write(proposal, new If.Matches(LockFiles.etag(stale.version())));
    }

    private AcquireOutcome write(LockProposal proposal, If condition) {
        requireLease(proposal);
        StateKey key = proposal.key();
        byte[] body = LockFiles.encode(proposal.info(), proposal.lease(), 1);
        try {
            String etag = s3.put(layout.lockObject(key), body, condition, Map.of(), timeout);
            return new AcquireOutcome.Acquired(LockFiles.owned(key, proposal.info(), proposal.lease(), 1, etag));
        } catch (RuntimeException e) {
            if (isRefused(e)) {
                return holder(key)
                        .<AcquireOutcome>map(AcquireOutcome.Held::new)
                        .orElseGet(AcquireOutcome.HolderGone::new);
            }
            throwIfNotApplied(e, "s3:PutObject", key);
            return new AcquireOutcome.Unknown(e);
        }
    }

    /** The engine asks before it proposes; but before the first change of all, this is not known yet. */
    private void requireLease(LockProposal proposal) {
        if (proposal.lease().isPresent() && !deletesConditionally.getAsBoolean()) {
            throw new BackendMisconfiguredException(
                    "The store behind s3://" + s3.bucket() + " keeps no leases, since it cannot delete conditionally:"
                            + " use noLease()",
                    null);
        }
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        long beat = LockFiles.beat(lock.version()) + 1;
        byte[] body = LockFiles.encode(lock.info(), lock.lease(), beat);
        try {
            If ours = new If.Matches(LockFiles.etag(lock.version()));
            String etag = s3.put(layout.lockObject(lock.key()), body, ours, Map.of(), timeout);
            return new RenewOutcome.Renewed(LockFiles.owned(lock.key(), lock.info(), lock.lease(), beat, etag));
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return new RenewOutcome.Lost(Optional.empty());
            }
            if (S3Errors.isConditionFailed(e)) {
                return refusedRenewal(lock.key());
            }
            return S3Errors.notApplied(e, "s3:PutObject", s3.url(layout.lockObject(lock.key())))
                    .<RenewOutcome>map(RenewOutcome.Refused::new)
                    .orElseGet(() -> new RenewOutcome.Unknown(e));
        }
    }

    /** The condition failed, so the record is not as we know it; who has it, only a read tells. */
    private RenewOutcome refusedRenewal(StateKey key) {
        try {
            return new RenewOutcome.Lost(observe(key));
        } catch (StatelockException e) {
            return new RenewOutcome.Unknown(e);
        }
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        if (!deletesConditionally.getAsBoolean()) {
            return removeUnconditionally(lock.key(), lock.version());
        }
        return remove(lock.key(), lock.version());
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        if (!deletesConditionally.getAsBoolean()) {
            return removeUnconditionally(observed.key(), observed.version());
        }
        return remove(observed.key(), observed.version());
    }

    private ReleaseOutcome remove(StateKey key, String version) {
        try {
            s3.delete(layout.lockObject(key), new If.Matches(LockFiles.etag(version)), timeout);
            return new ReleaseOutcome.Released();
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return new ReleaseOutcome.AlreadyGone();
            }
            if (S3Errors.isConditionFailed(e)) {
                return refusedRemoval(key);
            }
            throwIfNotApplied(e, "s3:DeleteObject", key);
            return new ReleaseOutcome.Unknown(e);
        }
    }

    /** A conditional DELETE needs the permission to read, so a read that is denied hides an absent object. */
    private ReleaseOutcome refusedRemoval(StateKey key) {
        try {
            return new ReleaseOutcome.NotOwner(LockFiles.observed(key, get(key)));
        } catch (RuntimeException e) {
            if (S3Errors.isMissingOrHidden(e)) {
                return new ReleaseOutcome.AlreadyGone();
            }
            throw new BackendUnavailableException(
                    "A refused delete of " + s3.url(layout.lockObject(key)) + " could not be explained: "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * As Terraform does it. Between the read and the delete nobody else can take the lock, since only its holder and an operator
     * remove a record without lease; an operator who does it in that moment frees the next holder too.
     */
    private ReleaseOutcome removeUnconditionally(StateKey key, String version) {
        Optional<ObservedLock> actual = observe(key);
        if (actual.isEmpty()) {
            return new ReleaseOutcome.AlreadyGone();
        }
        if (!actual.get().version().equals(version)) {
            return new ReleaseOutcome.NotOwner(actual.get());
        }
        try {
            s3.delete(layout.lockObject(key), new If.Always(), timeout);
            return new ReleaseOutcome.Released();
        } catch (RuntimeException e) {
            throwIfNotApplied(e, "s3:DeleteObject", key);
            return new ReleaseOutcome.Unknown(e);
        }
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        try {
            return Optional.of(LockFiles.observed(key, get(key)));
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return Optional.empty();
            }
            throw S3Errors.ofRead(e, "s3:GetObject", s3.url(layout.lockObject(key)));
        }
    }

    /** Who made the store refuse; empty if gone, hidden or not readable a moment later. The refusal itself is certain. */
    private Optional<ObservedLock> holder(StateKey key) {
        try {
            return Optional.of(LockFiles.observed(key, get(key)));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private S3Requests.Fetched get(StateKey key) {
        return s3.get(layout.lockObject(key), Optional.empty(), LockInfoCodec.MAX_READ_BYTES, timeout);
    }

    @Override
    public LockListing list(String prefix) {
        return LockListing.named(S3Listing.objects(s3, layout.prefix() + prefix, 0, timeout).stream()
                .map(layout::keyOfLockObject)
                .flatMap(Optional::stream)
                .toList());
    }

    /** One read and one conditional write. A draw whose answer was lost wastes a number, which does no harm. */
    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        String object = layout.fenceObject(lock.key());
        Optional<S3Requests.Fetched> last = readFence(object);
        long token = last.map(file -> count(file, object)).orElse(0L) + 1;
        If unchanged = last.<If>map(file -> new If.Matches(file.etag())).orElseGet(If.Absent::new);
        try {
            byte[] body = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
            s3.put(object, body, unchanged, Map.of(), timeout);
            return new FenceOutcome.Drawn(token);
        } catch (RuntimeException e) {
            if (isRefused(e)) {
                return new FenceOutcome.Unknown(e); // another holder drew at the same time
            }
            S3Errors.notApplied(e, "s3:PutObject", s3.url(object)).ifPresent(refused -> {
                throw refused;
            });
            return new FenceOutcome.Unknown(e);
        }
    }

    private Optional<S3Requests.Fetched> readFence(String object) {
        try {
            return Optional.of(s3.get(object, Optional.empty(), LockInfoCodec.MAX_READ_BYTES, timeout));
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return Optional.empty();
            }
            throw S3Errors.ofRead(e, "s3:GetObject", s3.url(object));
        }
    }

    private long count(S3Requests.Fetched file, String object) {
        String text = new String(file.bytes(), StandardCharsets.US_ASCII).strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw new StateCorruptException(
                    "The fence counter " + s3.url(object) + " is not a number. Write into it a number higher than every"
                            + " token that was ever drawn.",
                    null);
        }
        return Long.parseLong(text);
    }

    private static boolean isRefused(RuntimeException e) {
        return S3Errors.isConditionFailed(e) || S3Errors.isMissing(e);
    }

    private void throwIfNotApplied(RuntimeException e, String action, StateKey key) {
        S3Errors.notApplied(e, action, s3.url(layout.lockObject(key))).ifPresent(refused -> {
            throw refused;
        });
    }
}
