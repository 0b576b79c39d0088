package io.github.statelock.s3;

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
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Locks in the file and in the table at once, as in Terraform's migration from one to the other. Taken file first, then table,
 * undone in reverse; held by whoever has either half, ours only with both.
 *
 * <p>What is left when a process stops in between: after the file half, a lock file with our lease, which the next waiter
 * takes over by itself; after the table half of a release, the same. A half that may or may not have been written is
 * {@code Unknown} as a whole, and the same request again finds its own ID in it.
 */
final class BothLockDriver implements LockDriver {

    private static final int MOST_REMEMBERED = 10_000;

    private final LockDriver file;
    private final LockDriver table;
    private final BothRelease release;

    /** Keys whose table half refused us last: their lock file is not touched before the table half is free. */
    private final Set<StateKey> heldInTable = ConcurrentHashMap.newKeySet();

    BothLockDriver(LockDriver file, LockDriver table) {
        this.file = file;
        this.table = table;
        this.release = new BothRelease(file, table);
    }

    @Override
    public String lockPath(StateKey key) {
        return table.lockPath(key);
    }

    @Override
    public Optional<String> keyProblem(StateKey key) {
        return table.keyProblem(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return file.leaseBounds();
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        StateKey key = proposal.key();
        if (heldInTable.contains(key)) {
            Optional<ObservedLock> holder = others(proposal, quietly(table, key));
            if (holder.isPresent()) {
                return held(key, others(proposal, quietly(file, key)), holder);
            }
            heldInTable.remove(key);
        }
        return afterFile(proposal, file.tryAcquire(proposal), () -> table.tryAcquire(proposal));
    }

    /** A half that was absent when the dead holder was seen is created. */
    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        StateKey key = proposal.key();
        Halves halves = Halves.parse(stale.version());
        AcquireOutcome ofFile = halves.file()
                .map(half -> file.takeOver(proposal, half.observed(key)))
                .orElseGet(() -> file.tryAcquire(proposal));
        return afterFile(
                proposal,
                ofFile,
                () -> halves.table()
                        .map(half -> table.takeOver(proposal, half.observed(key)))
                        .orElseGet(() -> table.tryAcquire(proposal)));
    }

    private AcquireOutcome afterFile(
            LockProposal proposal, AcquireOutcome ofFile, Supplier<AcquireOutcome> requestTable) {
        if (ofFile instanceof AcquireOutcome.Acquired acquired) {
            return afterOurFile(proposal, acquired.lock(), false, requestTable);
        }
        if (ofFile instanceof AcquireOutcome.Held held) {
            return isOurs(held.holder(), proposal)
                    ? afterOurFile(proposal, owned(proposal, held.holder()), true, requestTable)
                    : held(
                            proposal.key(),
                            Optional.of(held.holder()),
                            others(proposal, quietly(table, proposal.key())));
        }
        return ofFile;
    }

    /**
     * The file half is ours. If it was found so and not written by this request, the lease counts from an earlier send, which
     * the engine knows: it is told by a refusal that shows our own ID.
     */
    private AcquireOutcome afterOurFile(
            LockProposal proposal, OwnedLock ours, boolean found, Supplier<AcquireOutcome> requestTable) {
        AcquireOutcome ofTable;
        try {
            ofTable = requestTable.get();
        } catch (StatelockException e) { // nothing was applied to the table
            if (undo(proposal, ours, found)) {
                throw e;
            }
            return new AcquireOutcome.Unknown(e);
        }
        if (ofTable instanceof AcquireOutcome.Acquired acquired) {
            OwnedLock both = Halves.owned(ours, acquired.lock().version());
            return found ? new AcquireOutcome.Held(both.asObserved()) : new AcquireOutcome.Acquired(both);
        }
        if (ofTable instanceof AcquireOutcome.Unknown) {
            return ofTable; // the same request again, and nothing is undone: the table half may be ours
        }
        if (ofTable instanceof AcquireOutcome.Held held) {
            if (isOurs(held.holder(), proposal)) {
                return held(proposal.key(), Optional.of(ours.asObserved()), Optional.of(held.holder()));
            }
            remember(proposal.key());
        }
        if (!undo(proposal, ours, found)) {
            return new AcquireOutcome.Unknown(new IllegalStateException(
                    "The table half is held, and whether the file half was undone is not known"));
        }
        return ofTable instanceof AcquireOutcome.Held held
                ? held(proposal.key(), Optional.empty(), Optional.of(held.holder()))
                : ofTable;
    }

    private void remember(StateKey key) {
        if (heldInTable.size() >= MOST_REMEMBERED) {
            heldInTable.clear();
        }
        heldInTable.add(key);
    }

    /**
     * Removes our file half; false if it may still be there. One that was found under a client's ID was perhaps written by
     * another server, which takes the table half at this moment: it is left to that one.
     */
    private boolean undo(LockProposal proposal, OwnedLock ours, boolean found) {
        if (found && proposal.clients()) {
            return true;
        }
        try {
            ReleaseOutcome outcome = file.release(ours);
            return !(outcome instanceof ReleaseOutcome.Unknown)
                    && !(outcome instanceof ReleaseOutcome.NotOwner other
                            && other.actual().hasId(ours.info().id()));
        } catch (StatelockException e) {
            return false;
        }
    }

    /** A half that is not ours: one of our own, from an unanswered request, must not look like our lock. */
    private static Optional<ObservedLock> others(LockProposal proposal, Optional<ObservedLock> half) {
        return half.filter(seen -> !isOurs(seen, proposal));
    }

    /** A half, as far as it can be read now. */
    private static Optional<ObservedLock> quietly(LockDriver half, StateKey key) {
        try {
            return half.observe(key);
        } catch (StatelockException e) {
            return Optional.empty();
        }
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        Halves halves = Halves.parse(lock.version());
        if (!halves.isWhole()) {
            return lost(lock);
        }
        RenewOutcome ofFile =
                file.renew(lock.withVersion(halves.file().orElseThrow().version()));
        if (!(ofFile instanceof RenewOutcome.Renewed newFile)) {
            return ofFile instanceof RenewOutcome.Lost ? lost(lock) : ofFile;
        }
        RenewOutcome ofTable =
                table.renew(lock.withVersion(halves.table().orElseThrow().version()));
        if (ofTable instanceof RenewOutcome.Renewed newTable) {
            return new RenewOutcome.Renewed(
                    Halves.owned(newFile.lock(), newTable.lock().version()));
        }
        if (ofTable instanceof RenewOutcome.Refused refused) {
            return new RenewOutcome.Unknown(refused.cause()); // the file half has moved on
        }
        return ofTable instanceof RenewOutcome.Lost ? lost(lock) : ofTable;
    }

    /** Looks at both halves: ours in versions that we did not know, or proof that one of them is not ours. */
    private RenewOutcome lost(OwnedLock lock) {
        try {
            return new RenewOutcome.Lost(actual(lock));
        } catch (StatelockException e) {
            return new RenewOutcome.Unknown(e);
        }
    }

    private Optional<ObservedLock> actual(OwnedLock lock) {
        String id = lock.info().id();
        Optional<ObservedLock> inFile = file.observe(lock.key());
        Optional<ObservedLock> inTable = table.observe(lock.key());
        Optional<ObservedLock> others =
                inTable.filter(half -> !half.hasId(id)).or(() -> inFile.filter(half -> !half.hasId(id)));
        if (others.isPresent()) {
            return inTable.equals(others)
                    ? Halves.merge(lock.key(), Optional.empty(), others)
                    : Halves.merge(lock.key(), others, Optional.empty());
        }
        return inFile.isPresent() && inTable.isPresent() ? Halves.merge(lock.key(), inFile, inTable) : Optional.empty();
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        return release.release(lock);
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        return release.breakLock(observed, lockId);
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return Halves.merge(key, file.observe(key), table.observe(key));
    }

    @Override
    public LockListing list(String prefix) {
        Set<StateKey> inFile = new TreeSet<>(file.list(prefix).named());
        List<ObservedLock> inTableAlone = table.list(prefix).shown().stream()
                .filter(half -> !inFile.contains(half.key()))
                .flatMap(half -> Halves.merge(half.key(), Optional.empty(), Optional.of(half)).stream())
                .toList();
        return new LockListing(inTableAlone, List.copyOf(inFile));
    }

    /** One counter per key: the table's. */
    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        String version = Halves.parse(lock.version()).table().orElseThrow().version();
        FenceOutcome outcome = table.drawFence(lock.withVersion(version));
        if (outcome instanceof FenceOutcome.Confirmed confirmed) {
            return new FenceOutcome.Confirmed(confirmed.token(), lock);
        }
        return outcome instanceof FenceOutcome.Lost ? new FenceOutcome.Lost(actual(lock)) : outcome;
    }

    @Override
    public boolean isWhole(ObservedLock observed) {
        return Halves.parse(observed.version()).isWhole();
    }

    @Override
    public List<String> watchedParts(ObservedLock observed) {
        return Halves.parse(observed.version()).parts();
    }

    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        return observed.version().equals(lockId)
                || Halves.parse(observed.version()).isNamed(lockId);
    }

    private static AcquireOutcome held(StateKey key, Optional<ObservedLock> inFile, Optional<ObservedLock> inTable) {
        return Halves.merge(key, inFile, inTable)
                .<AcquireOutcome>map(AcquireOutcome.Held::new)
                .orElseGet(AcquireOutcome.HolderGone::new);
    }

    private static boolean isOurs(ObservedLock seen, LockProposal proposal) {
        return seen.hasId(proposal.info().id());
    }

    private static OwnedLock owned(LockProposal proposal, ObservedLock ours) {
        return new OwnedLock(proposal.key(), proposal.info(), proposal.lease(), ours.version());
    }
}
