package io.github.statelock.testkit;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.StateDriver;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What a backend's leaf tells the contracts: how to reach its store, and what it can do. A missing capability is asserted to
 * be refused with a clear error; no test is skipped for it.
 *
 * <p>The contracts build their engines themselves, over drivers that they wrap with faults. Every test has keys of its own,
 * so that all of them can share one server and run side by side: turn JUnit's parallel execution on in the leaf's module,
 * for where the store itself judges leases the tests take real time, most of it waiting.
 *
 * <p>JUnit makes one instance per test; each is used by the threads that its test starts.
 */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
public abstract class BackendContract {

    /**
     * The drivers of one process. Those of the same process may share what they like, such as a cached version.
     *
     * @param locks the locks
     * @param states the states
     */
    public record Drivers(LockDriver locks, StateDriver states) {
        /** Checks that both are there. */
        public Drivers {
            Objects.requireNonNull(locks, "locks");
            Objects.requireNonNull(states, "states");
        }
    }

    /** For leaves. */
    protected BackendContract() {}

    /**
     * New drivers over the one store of this test, as another process would have them: nothing in memory is shared with
     * drivers that were opened before.
     *
     * @return the drivers
     */
    protected abstract Drivers openDrivers();

    /**
     * Writes a lock record past the drivers, exactly as Terraform writes it: without any lease data.
     *
     * @param key the key that it locks
     * @param info the holder
     */
    protected abstract void putForeignLock(StateKey key, LockInfo info);

    /**
     * What the backend shows of a lock that was put past the drivers, where that differs from what was written.
     *
     * @param key the key that it locks
     * @param foreign the holder as written
     * @return by default the same; with another ID where Terraform names such a lock by the store's own ID
     */
    protected LockInfo shown(StateKey key, LockInfo foreign) {
        return foreign;
    }

    /**
     * Writes something past the drivers that locks the key and names no holder: a record that cannot be decoded.
     *
     * @param key the key that it locks
     */
    protected abstract void putUnreadableLock(StateKey key);

    /**
     * Writes a state of zero bytes past the drivers, as other programs may.
     *
     * @param key the key
     */
    protected abstract void putEmptyState(StateKey key);

    /**
     * Whether the test may move the clock: the store itself looks at none.
     *
     * @return by default true; false where the service ends leases
     */
    protected boolean manualTime() {
        return !expiresByService();
    }

    /**
     * Whether the store takes leases at all.
     *
     * @return by default true
     */
    protected boolean supportsLeases() {
        return true;
    }

    /**
     * Whether a lock can be held until it is released.
     *
     * @return by default true
     */
    protected boolean supportsNoLease() {
        return true;
    }

    /**
     * Whether the service's own clock ends leases.
     *
     * @return by default false
     */
    protected boolean expiresByService() {
        return false;
    }

    /**
     * Whether old versions of a state can be read.
     *
     * @return by default true
     */
    protected boolean keepsHistory() {
        return true;
    }

    /**
     * Whether equal bytes are one version, as where a version is a hash of the content.
     *
     * @return by default false
     */
    protected boolean versionsAreContent() {
        return false;
    }

    /**
     * The shortest lease that the backend takes; the contracts use it.
     *
     * @return by default 5 s
     */
    protected Duration shortestLease() {
        return Duration.ofSeconds(5);
    }

    /**
     * How many keys the test of paging creates. Lower it only for a server that cannot take so many in a minute, and say
     * so; above the size of one page.
     *
     * @return by default 2,500
     */
    protected int keysToList() {
        return 2500;
    }

    /**
     * How many acquisitions the tests of contention make. Lower it for a service that limits the changes of one object.
     *
     * @return by default 60
     */
    protected int contendedTurns() {
        return 60;
    }

    /**
     * The engine's options for this backend, before the contracts set clocks and deadlines of their own.
     *
     * @return by default a poll from 50 ms to {@link #longestPoll()}
     */
    protected EngineOptions.Builder engineOptions() {
        return EngineOptions.builder().poll(longestPoll().dividedBy(4), longestPoll());
    }

    /**
     * The longest pause between two looks of a waiter.
     *
     * @return by default 200 ms
     */
    protected Duration longestPoll() {
        return Duration.ofMillis(200);
    }
}
