package io.github.statelock.local;

import io.github.statelock.BackendMisconfiguredException;
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
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The locks of the tools' {@code local} backend. The OS ends them with their process, so there is nothing to take over: a lease is
 * taken, is shown to nobody, and its renewals look whether the lock is still there.
 */
final class TerraformFolderLocks implements LockDriver {

    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final TerraformFolder folder;

    TerraformFolderLocks(TerraformFolder folder) {
        this.folder = folder;
    }

    @Override
    public String lockPath(StateKey key) {
        return folder.file(key).path().toString();
    }

    /** What the tools keep beside a state is not a state: it is replaced and removed with the state's changes and locks. */
    @Override
    public Optional<String> keyProblem(StateKey key) {
        return key.notPortable().or(() -> TerraformFolder.reserved(key));
    }

    /** A lock without lease would have to outlive its process. */
    @Override
    public LeaseBounds leaseBounds() {
        return new LeaseBounds(SHORTEST, LeaseBounds.LONGEST, true, false, false);
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        TerraformFile file = folder.file(proposal.key());
        return folder.io(() -> file.inJvm(() -> {
            Optional<HeldFiles.Held> ours = file.held();
            boolean isThis = ours.filter(
                            lock -> lock.info().id().equals(proposal.info().id()))
                    .isPresent();
            if (isThis || (ours.isEmpty() && file.take(proposal.info()))) {
                return new AcquireOutcome.Acquired(new OwnedLock(
                        proposal.key(),
                        proposal.info(),
                        proposal.lease(),
                        proposal.info().id()));
            }
            return new AcquireOutcome.Held(
                    ours.map(lock -> file.observed(Optional.of(lock.info()))).orElseGet(file::holder));
        }));
    }

    /** Not asked for: no lock shows a lease. */
    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return tryAcquire(proposal);
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        TerraformFile file = folder.file(lock.key());
        boolean held = folder.io(() -> file.inJvm(() -> own(file, lock).isPresent()));
        return held ? new RenewOutcome.Renewed(lock) : new RenewOutcome.Lost(Optional.empty());
    }

    private static Optional<HeldFiles.Held> own(TerraformFile file, OwnedLock lock) throws IOException {
        return file.held().filter(held -> held.info().id().equals(lock.info().id()));
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        TerraformFile file = folder.file(lock.key());
        return folder.io(() -> file.inJvm(() -> {
            Optional<HeldFiles.Held> ours = own(file, lock);
            if (ours.isEmpty()) {
                return new ReleaseOutcome.AlreadyGone();
            }
            file.giveBack(ours.get());
            return new ReleaseOutcome.Released();
        }));
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        TerraformFile file = folder.file(key);
        return folder.io(() -> file.inJvm(file::observe));
    }

    @Override
    public LockListing list(String prefix) {
        return LockListing.named(folder.io(() -> folder.locked(prefix)));
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        throw new BackendMisconfiguredException(
                "The lock of \"" + observed.key()
                        + "\" is the operating system's, and ends with the process that holds it"
                        + observed.info().map(info -> " (" + info.who() + ")").orElse("")
                        + ". It cannot be forced: end that process.",
                null);
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        throw new BackendMisconfiguredException("A folder of the tools' own states keeps no fencing tokens.", null);
    }
}
