package io.github.statelock.examples.backend;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.terraform.LockFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Locks as objects: {@code locks/<key>} while the key is locked, and {@code fences/<key>} for the counter of its tokens. */
final class ObjectLocks implements LockDriver {

    private static final String LOCKS = "locks/";
    private static final String FENCES = "fences/";

    private final ObjectService service;

    ObjectLocks(ObjectService service) {
        this.service = service;
    }

    @Override
    public String lockPath(StateKey key) {
        return LOCKS + key;
    }

    /** The engine of a waiter judges by its own clock whether a holder is dead. The service looks at no clock. */
    @Override
    public LeaseBounds leaseBounds() {
        return LeaseBounds.watched(Duration.ofSeconds(5));
    }

    // tag::acquire[]
    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return take(proposal, WriteCondition.ifAbsent());
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return take(proposal, WriteCondition.ifVersion(new StateVersion(stale.version())));
    }

    private AcquireOutcome take(LockProposal proposal, WriteCondition condition) {
        OwnedLock wanted = new OwnedLock(proposal.key(), proposal.info(), proposal.lease(), "");
        return ObjectRequests.change(
                () -> {
                    Optional<OwnedLock> taken = put(wanted, condition);
                    if (taken.isPresent()) {
                        return new AcquireOutcome.Acquired(taken.get());
                    }
                    return holder(proposal.key())
                            .<AcquireOutcome>map(AcquireOutcome.Held::new)
                            .orElseGet(AcquireOutcome.HolderGone::new);
                },
                AcquireOutcome.Unknown::new);
    }
    // end::acquire[]

    /** The read that names the holder must not make a refusal look like a lost answer. */
    private Optional<ObservedLock> holder(StateKey key) {
        try {
            return observe(key);
        } catch (BackendUnavailableException e) {
            return Optional.empty();
        }
    }

    private Optional<OwnedLock> put(OwnedLock lock, WriteCondition condition) throws IOException {
        LockFile record =
                new LockFile(lock.info(), lock.lease().map(l -> new LockFile.Lease(l.toMillis(), 0, Optional.empty())));
        return service.put(lockPath(lock.key()), record.encode(), "", condition).map(lock::withVersion);
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        return ObjectRequests.change(
                () -> {
                    Optional<OwnedLock> renewed = put(lock, ifStill(lock.version()));
                    return renewed.isPresent()
                            ? new RenewOutcome.Renewed(renewed.get())
                            : new RenewOutcome.Lost(observe(lock.key()));
                },
                RenewOutcome.Unknown::new);
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        return remove(lock.key(), lock.version());
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        return remove(observed.key(), observed.version());
    }

    private ReleaseOutcome remove(StateKey key, String version) {
        return ObjectRequests.change(
                () -> {
                    if (service.delete(lockPath(key), ifStill(version))) {
                        return new ReleaseOutcome.Released();
                    }
                    return observe(key)
                            .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                            .orElseGet(ReleaseOutcome.AlreadyGone::new);
                },
                ReleaseOutcome.Unknown::new);
    }

    private static WriteCondition ifStill(String version) {
        return WriteCondition.ifVersion(new StateVersion(version));
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return ObjectRequests.read(() -> service.get(lockPath(key))).map(found -> observed(key, found));
    }

    /** A record that cannot be read is somebody's lock all the same. */
    private static ObservedLock observed(StateKey key, ObjectService.Found found) {
        try {
            LockFile record = LockFile.decode(found.content());
            Optional<Duration> lease = record.lease().map(LockFile.Lease::duration);
            return new ObservedLock(key, Optional.of(record.info()), lease, found.version(), false);
        } catch (StateCorruptException e) {
            return new ObservedLock(key, Optional.empty(), Optional.empty(), found.version(), false);
        }
    }

    @Override
    public LockListing list(String prefix) {
        return LockListing.named(ObjectRequests.read(() -> service.list(LOCKS + prefix)).stream()
                .map(name -> StateKey.of(name.substring(LOCKS.length())))
                .toList());
    }

    /** The counter is raised on condition that nobody else raised it. The engine confirms the lock afterwards. */
    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        String name = FENCES + lock.key();
        return ObjectRequests.change(
                () -> {
                    Optional<ObjectService.Found> counter = service.get(name);
                    long token = counter.map(found -> count(lock.key(), found)).orElse(0L) + 1;
                    byte[] raised = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
                    WriteCondition unchanged =
                            counter.map(found -> ifStill(found.version())).orElse(WriteCondition.ifAbsent());
                    return service.put(name, raised, "", unchanged).isPresent()
                            ? new FenceOutcome.Drawn(token)
                            : new FenceOutcome.Unknown(new IOException("another token was drawn at the same time"));
                },
                FenceOutcome.Unknown::new);
    }

    private static long count(StateKey key, ObjectService.Found counter) {
        String text = new String(counter.content(), StandardCharsets.US_ASCII);
        if (!text.matches("[0-9]{1,18}")) {
            throw new StateCorruptException("The fence counter of \"" + key + "\" is not a number: " + text, null);
        }
        return Long.parseLong(text);
    }
}
