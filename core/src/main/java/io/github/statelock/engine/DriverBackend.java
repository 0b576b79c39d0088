package io.github.statelock.engine;

import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.StateDriver;

/**
 * A backend over its two drivers: all that the backends have in common. Safe for use by several threads.
 */
public abstract class DriverBackend implements StateBackend {

    private final DriverLockManager locks;
    private final DriverStateStore states;
    private final Capabilities capabilities;

    /**
     * A backend over these drivers.
     *
     * @param lockDriver the locks
     * @param stateDriver the states
     * @param options deadlines, polling and clocks
     */
    protected DriverBackend(LockDriver lockDriver, StateDriver stateDriver, EngineOptions options) {
        EngineThreads threads = new EngineThreads(options);
        this.locks = new DriverLockManager(lockDriver, options, threads);
        this.states = new DriverStateStore(stateDriver, options, threads, lockDriver::lockPath);
        LeaseBounds bounds = lockDriver.leaseBounds();
        this.capabilities = new Capabilities(
                bounds.shortest(),
                bounds.longest(),
                bounds.leases(),
                bounds.noLease(),
                bounds.expiresByService(),
                stateDriver.keepsHistory());
    }

    @Override
    public final StateStore states() {
        return states;
    }

    @Override
    public final LockManager locks() {
        return locks;
    }

    @Override
    public final LockedState lock(StateKey key, LockOptions options) throws InterruptedException {
        return new DriverLockedState(locks.acquire(key, options), states);
    }

    @Override
    public final Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public final void close() {
        locks.close();
        closeClients();
    }

    /** Frees what the backend opened itself. Called once the locks are released; may be called again. */
    protected void closeClients() {}
}
