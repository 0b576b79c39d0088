package io.github.statelock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A lock record as one answer of the store showed it.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param key the key that is locked
 * @param info the holder; empty where the record is unreadable, which still counts as held
 * @param lease the holder's lease; empty for a lock that is held until released, as Terraform's are
 * @param version the store's opaque name for this record as it stands (ETag, generation, beat); changes with every
 *     renewal. For an unreadable record it is what {@link LockManager#forceUnlock} takes
 * @param expired whether the store itself knows that the holder is gone (an expired Azure lease, a dead local process)
 */
public record ObservedLock(
        StateKey key, Optional<LockInfo> info, Optional<Duration> lease, String version, boolean expired) {

    /** Checks that every field is there. */
    public ObservedLock {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(version, "version");
    }

    /**
     * Whether this is the lock with that ID.
     *
     * @param lockId a lock's ID
     * @return whether the record is readable and has that ID
     */
    public boolean hasId(String lockId) {
        return info.isPresent() && info.get().id().equals(lockId);
    }
}
