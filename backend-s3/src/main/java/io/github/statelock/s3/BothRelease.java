package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes a lock that is kept in a file and in a table: table first, then file. If only the first is known to be done, the
 * outcome is unknown and says so; the same removal again finishes it.
 */
final class BothRelease {

    private static final Logger LOG = LoggerFactory.getLogger(BothRelease.class);

    private final LockDriver file;
    private final LockDriver table;

    BothRelease(LockDriver file, LockDriver table) {
        this.file = file;
        this.table = table;
    }

    /** Only one half was removed. */
    private static final class PartialReleaseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PartialReleaseException(StateKey key, Throwable cause) {
            super(
                    "The lock of \"" + key + "\" was removed from the table, but not from the lock file: "
                            + cause.getMessage(),
                    cause);
        }
    }

    /**
     * Removes our lock. Gone as a whole if one half was gone: then somebody broke it while we held it. A half that was not ours
     * when it was seen is not touched.
     */
    ReleaseOutcome release(OwnedLock lock) {
        Halves halves = Halves.parse(lock.version());
        ReleaseOutcome ofTable = release(table, lock, halves.table());
        if (ofTable instanceof ReleaseOutcome.Unknown) {
            return ofTable;
        }
        ReleaseOutcome ofFile = afterTable(lock.key(), () -> release(file, lock, halves.file()));
        if (ofFile instanceof ReleaseOutcome.Unknown) {
            return ofFile;
        }
        // Both of them: each may carry our ID in a version that we did not know.
        return Halves.merge(lock.key(), actual(ofFile), actual(ofTable))
                .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                .orElse(ofTable instanceof ReleaseOutcome.Released ? ofFile : ofTable);
    }

    private static ReleaseOutcome release(LockDriver driver, OwnedLock lock, Optional<Halves.Half> half) {
        return half.filter(ours -> ours.id().equals(lock.info().id()))
                .map(ours -> driver.release(lock.withVersion(ours.version())))
                .orElseGet(ReleaseOutcome.AlreadyGone::new);
    }

    /**
     * Removes each half that the ID names, and tolerates a missing one. A half of another lock stays, and is named in the log:
     * the key is still locked by it.
     */
    ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        StateKey key = observed.key();
        Halves halves = Halves.parse(observed.version());
        boolean all = observed.version().equals(lockId);
        ReleaseOutcome ofTable = remove(table, key, halves.table(), lockId, all);
        if (ofTable instanceof ReleaseOutcome.Unknown) {
            return ofTable;
        }
        ReleaseOutcome ofFile = ofTable instanceof ReleaseOutcome.Released
                ? afterTable(key, () -> remove(file, key, halves.file(), lockId, all))
                : remove(file, key, halves.file(), lockId, all);
        if (ofFile instanceof ReleaseOutcome.Unknown) {
            return ofFile;
        }
        boolean removed = ofTable instanceof ReleaseOutcome.Released || ofFile instanceof ReleaseOutcome.Released;
        Optional<ObservedLock> left = Halves.merge(key, actual(ofFile), actual(ofTable));
        if (left.isEmpty()) {
            return removed ? new ReleaseOutcome.Released() : new ReleaseOutcome.AlreadyGone();
        }
        if (removed && !Halves.parse(left.get().version()).isNamed(lockId)) {
            LOG.warn(
                    "The lock {} of \"{}\" is removed, but the key is still locked by {}",
                    lockId,
                    key,
                    left.get().info().map(LockInfo::id).orElse("an unreadable record"));
            return new ReleaseOutcome.Released();
        }
        return new ReleaseOutcome.NotOwner(left.get());
    }

    /** A half that the ID does not name stays as it was seen, unless it is asked for. */
    private static ReleaseOutcome remove(
            LockDriver driver, StateKey key, Optional<Halves.Half> half, String lockId, boolean all) {
        if (half.isEmpty()) {
            return new ReleaseOutcome.AlreadyGone();
        }
        if (all || half.get().isNamed(lockId)) {
            return driver.breakLock(half.get().observed(key), lockId);
        }
        return driver.observe(key)
                .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                .orElseGet(ReleaseOutcome.AlreadyGone::new);
    }

    private static Optional<ObservedLock> actual(ReleaseOutcome outcome) {
        return outcome instanceof ReleaseOutcome.NotOwner other ? Optional.of(other.actual()) : Optional.empty();
    }

    /** An error promises that nothing was applied, which is not true any more. */
    private static ReleaseOutcome afterTable(StateKey key, Supplier<ReleaseOutcome> removal) {
        ReleaseOutcome outcome;
        try {
            outcome = removal.get();
        } catch (StatelockException e) {
            return new ReleaseOutcome.Unknown(new PartialReleaseException(key, e));
        }
        return outcome instanceof ReleaseOutcome.Unknown unknown
                ? new ReleaseOutcome.Unknown(new PartialReleaseException(key, unknown.cause()))
                : outcome;
    }
}
