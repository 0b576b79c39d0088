package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.UriOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * A backend over its two drivers: all that the backends have in common. Safe for use by several threads.
 */
public abstract class DriverBackend implements StateBackend {

    private final DriverLockManager locks;
    private final DriverStateStore states;
    private final Capabilities capabilities;

    /** Held by the one thread that closes; the others wait for its end. */
    private final ReentrantLock closing = new ReentrantLock();

    @GuardedBy("closing")
    private boolean closed;

    /**
     * A backend over these drivers, of a store that is known to check the conditions of changes.
     *
     * @param lockDriver the locks
     * @param stateDriver the states
     * @param options deadlines, polling and clocks
     */
    protected DriverBackend(LockDriver lockDriver, StateDriver stateDriver, EngineOptions options) {
        this(lockDriver, stateDriver, options, FirstChange.anyTime());
    }

    /**
     * A backend over these drivers.
     *
     * @param lockDriver the locks
     * @param stateDriver the states
     * @param options deadlines, polling and clocks
     * @param proof run before the first change of a lock or a state, and never for a read; throws if the store may not be
     *     changed. No change is sent before it has returned once. Its time counts in that of the change
     */
    protected DriverBackend(LockDriver lockDriver, StateDriver stateDriver, EngineOptions options, Runnable proof) {
        this(lockDriver, stateDriver, options, new FirstChange(proof, options.callTimeout()));
    }

    private DriverBackend(
            LockDriver lockDriver, StateDriver stateDriver, EngineOptions options, FirstChange firstChange) {
        EngineThreads threads = new EngineThreads(options, firstChange);
        this.locks = new DriverLockManager(lockDriver, options, threads);
        this.states = new DriverStateStore(stateDriver, options, threads, KeyRules.of(lockDriver));
        this.capabilities = new DriverCapabilities(lockDriver.leaseBounds(), locks, states);
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
    public final LockedState attach(StateKey key, String lockId) {
        return new DriverLockedState(locks.attach(key, lockId), states);
    }

    @Override
    public final LockedState borrow(StateKey key, String lockId) {
        return new DriverLockedState(locks.borrow(key, lockId), states);
    }

    @Override
    public final Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public final void close() {
        closing.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            closeParts();
        } finally {
            closing.unlock();
        }
    }

    private void closeParts() {
        try {
            locks.close();
        } finally {
            try {
                closeClients();
            } finally {
                states.close();
            }
        }
    }

    /** Frees what the backend opened itself. Called once, after the locks are released. */
    protected void closeClients() {}

    /**
     * What the builders of all backends have in common. Not safe for use by several threads; what it builds is.
     *
     * @param <B> the backend's own builder
     */
    public abstract static class Builder<B extends Builder<B>> {

        private EngineOptions.Builder engine;

        /**
         * A builder with a backend's defaults.
         *
         * @param defaults the options of the engine
         */
        protected Builder(EngineOptions.Builder defaults) {
            this.engine = defaults;
        }

        /**
         * How long one request for a lock, or for a state's history, may take.
         *
         * @param timeout by default 10 s
         * @return this builder
         */
        public final B callTimeout(Duration timeout) {
            engine.callTimeout(timeout);
            return self();
        }

        /**
         * How long reading or writing a state, or listing the states or the locks, may take, repeated requests included.
         *
         * @param timeout by default 5 min
         * @return this builder
         */
        public final B transferTimeout(Duration timeout) {
            engine.transferTimeout(timeout);
            return self();
        }

        /**
         * The largest state that is written.
         *
         * @param bytes by default 512 MiB
         * @return this builder
         */
        public final B maxStateBytes(long bytes) {
            engine.maxStateBytes(bytes);
            return self();
        }

        /**
         * How many requests of one kind may be in flight at the same time. The kinds are: requests that take a lock, that look
         * at one, that remove one, and that read or write a state. Renewals have a bound of their own. A request beyond the
         * bound waits for its turn, which counts against its timeout. Each request in flight has a thread.
         *
         * @param requests by default 64; from 1 to 4096
         * @return this builder
         */
        public final B maxRequestsInFlight(int requests) {
            engine.maxRequestsInFlight(requests);
            return self();
        }

        /**
         * Whether held locks are released when the JVM shuts down in an orderly way.
         *
         * @param release by default false
         * @return this builder
         */
        public final B releaseOnShutdown(boolean release) {
            engine.releaseOnShutdown(release);
            return self();
        }

        /**
         * Takes the parameters that all stores have in common: {@code call_timeout}, {@code transfer_timeout},
         * {@code max_state_bytes}, {@code max_requests_in_flight} and {@code release_on_shutdown}.
         *
         * @param options the parameters of a store's URI
         * @return this builder
         * @throws io.github.statelock.BackendMisconfiguredException if the value of one makes no sense
         */
        public final B options(UriOptions options) {
            options.duration("call_timeout", this::callTimeout);
            options.duration("transfer_timeout", this::transferTimeout);
            options.number("max_state_bytes", this::maxStateBytes);
            options.number(
                    "max_requests_in_flight",
                    requests -> maxRequestsInFlight((int) Math.max(0, Math.min(requests, Integer.MAX_VALUE))));
            options.flag("release_on_shutdown", this::releaseOnShutdown);
            return self();
        }

        /**
         * Everything else that the engine takes, such as other clocks in tests.
         *
         * @param change sets options of the builder it is given, and gives it back
         * @return this builder
         */
        public final B engine(UnaryOperator<EngineOptions.Builder> change) {
            engine = Objects.requireNonNull(change.apply(engine), "what the change gives back");
            return self();
        }

        /**
         * The options of the engine as they stand.
         *
         * @return the options
         */
        protected final EngineOptions engineOptions() {
            return engine.build();
        }

        @SuppressWarnings("unchecked") // B is this very class: a backend's builder extends Builder<itself>
        private B self() {
            return (B) this;
        }
    }
}
