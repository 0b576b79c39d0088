package io.github.statelock.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * The leases that a driver can keep.
 *
 * @param shortest the shortest lease
 * @param longest the longest lease
 * @param leases whether there are leases at all; false for a store that cannot delete conditionally
 * @param noLease whether a lock can be held until released
 * @param expiresByService whether the service's own clock ends leases, so that nobody else needs to watch them
 */
public record LeaseBounds(
        Duration shortest, Duration longest, boolean leases, boolean noLease, boolean expiresByService) {

    /** The longest lease where the store sets no bound: one day. */
    public static final Duration LONGEST = Duration.ofDays(1);

    /** Checks that the bounds are in order. */
    public LeaseBounds {
        Objects.requireNonNull(shortest, "shortest");
        Objects.requireNonNull(longest, "longest");
        if (shortest.compareTo(longest) > 0) {
            throw new IllegalArgumentException("shortest " + shortest + " > longest " + longest);
        }
    }

    /**
     * Leases from that length up to a day, judged by their watchers; locks without lease too.
     *
     * @param shortest the shortest lease
     * @return the bounds
     */
    public static LeaseBounds watched(Duration shortest) {
        return new LeaseBounds(shortest, LONGEST, true, true, false);
    }
}
