package io.github.statelock.spi;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A lock that the engine would like to hold. Its ID serves one acquisition only, so that a repeated request can tell its
 * own success from somebody else's lock.
 *
 * @param key the key to lock
 * @param info who asks; its path is the driver's own ({@link LockDriver#lockPath})
 * @param lease the lease; empty to hold until released
 * @param clients whether the ID is one that a lock service's client chose. Another server may propose the same lock at the same
 *     time, so what is found under that ID may be in use: only what a request wrote itself may be undone
 */
public record LockProposal(StateKey key, LockInfo info, Optional<Duration> lease, boolean clients) {

    /** Checks that every field is there. */
    public LockProposal {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(lease, "lease");
    }

    /**
     * A lock with an ID of the engine's own.
     *
     * @param key the key to lock
     * @param info who asks
     * @param lease the lease; empty to hold until released
     */
    public LockProposal(StateKey key, LockInfo info, Optional<Duration> lease) {
        this(key, info, lease, false);
    }
}
