package io.github.statelock.engine;

import io.github.statelock.StateBackend.Capabilities;
import io.github.statelock.spi.LeaseBounds;
import java.time.Duration;

/**
 * What the drivers can do.
 *
 * @param bounds the leases
 * @param locks knows whether there are leases
 * @param states knows whether there is a history
 */
record DriverCapabilities(LeaseBounds bounds, DriverLockManager locks, DriverStateStore states)
        implements Capabilities {

    @Override
    public Duration shortestLease() {
        return bounds.shortest();
    }

    @Override
    public Duration longestLease() {
        return bounds.longest();
    }

    @Override
    public boolean leases() {
        return locks.keepsLeases();
    }

    @Override
    public boolean noLease() {
        return bounds.noLease();
    }

    @Override
    public boolean expiresByService() {
        return bounds.expiresByService();
    }

    @Override
    public boolean history() {
        return states.keepsHistory();
    }
}
