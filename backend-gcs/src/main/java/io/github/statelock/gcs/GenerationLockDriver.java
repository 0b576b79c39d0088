package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Locks as objects, as Terraform makes them: inserted where there is none, deleted on condition of the generation. A renewal
 * patches the metadata, so that the generation, by which Terraform unlocks, stays.
 */
final class GenerationLockDriver implements LockDriver {

    /** One change of an object per second: a third of this lease leaves room for a second try. */
    private static final Duration SHORTEST = Duration.ofSeconds(10);

    private static final BlobField[] FIELDS = {
        BlobField.NAME, BlobField.GENERATION, BlobField.METAGENERATION, BlobField.METADATA, BlobField.SIZE
    };

    private final GcsObjects objects;
    private final GcsNames names;
    private final FenceCounter fences;
    private final boolean replays;

    /**
     * A driver.
     *
     * @param replays whether the transport may send a delete again on its own. One that finds nothing may then be the
     *     second of two, of which the first was applied. One that finds another's lock counts as refused all the same: rather
     *     a false alarm than a loss hidden
     */
    GenerationLockDriver(GcsObjects objects, boolean replays) {
        this.objects = objects;
        this.names = objects.names();
        this.fences = new FenceCounter(objects);
        this.replays = replays;
    }

    @Override
    public String lockPath(StateKey key) {
        return names.uri(names.lock(key));
    }

    @Override
    public LeaseBounds leaseBounds() {
        return LeaseBounds.watched(SHORTEST);
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return taken(proposal, objects.create(object(proposal), LockObjects.body(proposal.info())));
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        ObjectVersion version = ObjectVersion.parse(stale.version());
        return taken(proposal, objects.replace(version, object(proposal), LockObjects.body(proposal.info())));
    }

    private BlobInfo object(LockProposal proposal) {
        return objects.object(names.lock(proposal.key()))
                .setContentType(LockObjects.CONTENT_TYPE)
                .setMetadata(LockObjects.metadata(proposal))
                .build();
    }

    private AcquireOutcome taken(LockProposal proposal, Answer<BlobInfo> answer) {
        if (answer instanceof Answer.Done<BlobInfo> done) {
            String version = ObjectVersion.of(done.value()).toString();
            return new AcquireOutcome.Acquired(
                    new OwnedLock(proposal.key(), proposal.info(), proposal.lease(), version));
        }
        if (answer instanceof Answer.Unknown<BlobInfo> unknown) {
            return new AcquireOutcome.Unknown(unknown.cause());
        }
        return observe(proposal.key())
                .<AcquireOutcome>map(AcquireOutcome.Held::new)
                .orElseGet(AcquireOutcome.HolderGone::new);
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        ObjectVersion version = ObjectVersion.parse(lock.version());
        BlobInfo beat = objects.object(names.lock(lock.key()))
                .setMetadata(LockObjects.metadata(lock.info(), lock.lease(), version.metageneration() + 1))
                .build();
        try {
            Answer<BlobInfo> answer = objects.patch(version, beat);
            if (answer instanceof Answer.Done<BlobInfo> done) {
                return new RenewOutcome.Renewed(
                        lock.withVersion(ObjectVersion.of(done.value()).toString()));
            }
            return answer instanceof Answer.Unknown<BlobInfo> unknown
                    ? new RenewOutcome.Unknown(unknown.cause())
                    : new RenewOutcome.Lost(observe(lock.key()));
        } catch (StatelockException e) {
            return new RenewOutcome.Refused(e);
        }
    }

    /** By the generation alone: it is ours in every metageneration, also one that an unanswered renewal made. */
    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        long generation = ObjectVersion.parse(lock.version()).generation();
        return removed(lock.key(), objects.delete(names.lock(lock.key()), generation));
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        ObjectVersion version = ObjectVersion.parse(observed.version());
        return removed(observed.key(), objects.delete(names.lock(observed.key()), version));
    }

    private ReleaseOutcome removed(StateKey key, Answer<Boolean> answer) {
        if (answer instanceof Answer.Done<Boolean> done) {
            return done.value() ? new ReleaseOutcome.Released() : gone();
        }
        if (answer instanceof Answer.Unknown<Boolean> unknown) {
            return new ReleaseOutcome.Unknown(unknown.cause());
        }
        return observe(key).<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new).orElseGet(this::gone);
    }

    private ReleaseOutcome gone() {
        return replays ? new ReleaseOutcome.Released() : new ReleaseOutcome.AlreadyGone();
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return objects.get(names.lock(key), BlobGetOption.fields(FIELDS)).flatMap(object -> observed(key, object));
    }

    /** The record; empty if its object was replaced or deleted while it was read. */
    private Optional<ObservedLock> observed(StateKey key, BlobInfo object) {
        Optional<ObservedLock> ours = LockObjects.fromMetadata(key, object);
        if (ours.isPresent()) {
            return ours;
        }
        return LockObjects.isTooLarge(object)
                ? Optional.of(LockObjects.unreadable(key, object))
                : objects.content(object).map(body -> LockObjects.fromBody(key, object, body));
    }

    @Override
    public LockListing list(String prefix) {
        List<ObservedLock> ours = new ArrayList<>();
        List<StateKey> others = new ArrayList<>();
        Consumer<BlobInfo> found = object -> names.keyOfLock(object.getName())
                .filter(key -> key.value().startsWith(prefix))
                .ifPresent(
                        key -> LockObjects.fromMetadata(key, object).ifPresentOrElse(ours::add, () -> others.add(key)));
        objects.list(names.locksBelow(prefix), found, BlobListOption.fields(FIELDS));
        return new LockListing(ours, others);
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        return fences.draw(lock.key());
    }

    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        return observed.hasId(lockId)
                || observed.version().equals(lockId)
                || ObjectVersion.parse(observed.version()).id().equals(lockId);
    }

    @Override
    public String idHint() {
        return "On Google Cloud Storage a lock is named by its ID, a UUID, or by the generation of its object, a"
                + " decimal number; Terraform shows and takes the generation only.";
    }
}
