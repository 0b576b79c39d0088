package io.github.statelock.local;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
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
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Locks over {@link Records}: every change is one compare-and-set on the key's record. */
final class LocalLockDriver implements LockDriver {

    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final Records records;
    private final LockRecords codec;

    LocalLockDriver(Records records, Processes processes) {
        this.records = records;
        this.codec = new LockRecords(processes);
    }

    @Override
    public String lockPath(StateKey key) {
        return records.path(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return LeaseBounds.watched(SHORTEST);
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return change(
                proposal.key(),
                current -> current.<Change<AcquireOutcome>>map(record ->
                                new Change.Keep<>(new AcquireOutcome.Held(codec.observed(proposal.key(), record))))
                        .orElseGet(() -> taken(proposal)),
                AcquireOutcome.Unknown::new);
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return change(
                proposal.key(),
                current -> {
                    if (current.isEmpty()) {
                        return new Change.Keep<>(new AcquireOutcome.HolderGone());
                    }
                    ObservedLock holder = codec.observed(proposal.key(), current.get());
                    return holder.version().equals(stale.version())
                            ? taken(proposal)
                            : new Change.Keep<>(new AcquireOutcome.Held(holder));
                },
                AcquireOutcome.Unknown::new);
    }

    private Change<AcquireOutcome> taken(LockProposal proposal) {
        LockRecords.Written written = codec.first(proposal);
        return new Change.Put<>(new AcquireOutcome.Acquired(written.lock()), written.bytes());
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        try {
            return change(
                    lock.key(),
                    current -> {
                        Optional<ObservedLock> actual = current.map(record -> codec.observed(lock.key(), record));
                        if (actual.isEmpty() || !actual.get().version().equals(lock.version())) {
                            return new Change.Keep<>(new RenewOutcome.Lost(actual));
                        }
                        LockRecords.Written written = codec.next(lock);
                        return new Change.Put<>(new RenewOutcome.Renewed(written.lock()), written.bytes());
                    },
                    RenewOutcome.Unknown::new);
        } catch (StatelockException e) {
            return new RenewOutcome.Refused(e);
        }
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
        return change(
                key,
                current -> {
                    if (current.isEmpty()) {
                        return new Change.Keep<>(new ReleaseOutcome.AlreadyGone());
                    }
                    ObservedLock actual = codec.observed(key, current.get());
                    return actual.version().equals(version)
                            ? new Change.Remove<>(new ReleaseOutcome.Released())
                            : new Change.Keep<>(new ReleaseOutcome.NotOwner(actual));
                },
                ReleaseOutcome.Unknown::new);
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return records.read(key, Records.Kind.LOCK).map(record -> codec.observed(key, record));
    }

    @Override
    public LockListing list(String prefix) {
        return LockListing.named(records.lockedKeys(prefix));
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        try {
            return records.update(lock.key(), Records.Kind.FENCE, current -> {
                long token = current.map(record -> count(lock.key(), record)).orElse(0L) + 1;
                byte[] bytes = Long.toString(token).getBytes(StandardCharsets.US_ASCII);
                return new Change.Put<>(new FenceOutcome.Drawn(token), bytes);
            });
        } catch (UncheckedIOException e) {
            return new FenceOutcome.Unknown(e);
        }
    }

    private static long count(StateKey key, RawRecord record) {
        String text = new String(record.bytes(), StandardCharsets.US_ASCII).strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw new StateCorruptException(
                    "The fence counter of \"" + key
                            + "\" is not a number. Write into it a number higher than every token"
                            + " that was ever drawn.",
                    null);
        }
        return Long.parseLong(text);
    }

    private <T> T change(StateKey key, Function<Optional<RawRecord>, Change<T>> step, Function<Throwable, T> unknown) {
        try {
            return records.update(key, Records.Kind.LOCK, step);
        } catch (UncheckedIOException e) {
            return unknown.apply(e);
        }
    }
}
