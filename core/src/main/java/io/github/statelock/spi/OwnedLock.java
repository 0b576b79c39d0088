package io.github.statelock.spi;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A lock record that was ours in the version of the last answer.
 *
 * @param key the key that is locked
 * @param info what the record says
 * @param lease the lease; empty for a lock that is held until released
 * @param version the record's version, in the same form as {@link ObservedLock#version()}
 */
public record OwnedLock(StateKey key, LockInfo info, Optional<Duration> lease, String version) {

    /** Checks that every field is there. */
    public OwnedLock {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(lease, "lease");
        Objects.requireNonNull(version, "version");
    }

    /**
     * This lock as everybody else sees it.
     *
     * @return the record
     */
    public ObservedLock asObserved() {
        return new ObservedLock(key, Optional.of(info), lease, version, false);
    }

    /**
     * The same lock in another version.
     *
     * @param newVersion the version
     * @return the lock
     */
    public OwnedLock withVersion(String newVersion) {
        return new OwnedLock(key, info, lease, newVersion);
    }
}
