package io.github.statelock.testkit;

import io.github.statelock.LockManager;
import io.github.statelock.StateBackend;
import io.github.statelock.StateStore;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;

/** One process as the store sees it: drivers of its own, with faults, and an engine over them. */
final class Party {

    private final FaultyDriver lockDriver;
    private final FaultyStateDriver stateDriver;
    private final PausableScheduler scheduler;
    private final StateBackend backend;

    Party(BackendContract.Drivers drivers, EngineOptions.Builder options, ContractTime time) {
        lockDriver = new FaultyDriver(drivers.locks());
        stateDriver = new FaultyStateDriver(drivers.states());
        scheduler = new PausableScheduler(time.scheduler());
        backend = new DriverBackend(
                lockDriver,
                stateDriver,
                options.ticker(time.ticker()).scheduler(scheduler).build()) {};
    }

    StateBackend backend() {
        return backend;
    }

    LockManager locks() {
        return backend.locks();
    }

    StateStore states() {
        return backend.states();
    }

    /** The driver itself, for requests past the engine. */
    FaultyDriver lockDriver() {
        return lockDriver;
    }

    FaultPlan<FaultyDriver.Operation> lockFaults() {
        return lockDriver.faults();
    }

    FaultPlan<FaultyStateDriver.Operation> stateFaults() {
        return stateDriver.faults();
    }

    /** As a killed process to everybody else: nothing it sends arrives any more. It can still be asked what it believes. */
    void die() {
        lockFaults().cutOff();
        stateFaults().cutOff();
    }

    /** As in a long pause of its JVM: no timer runs. */
    void pause() {
        scheduler.pause();
    }

    void resume() {
        scheduler.resume();
    }

    boolean isBusy() {
        return lockFaults().inFlight() > 0 || stateFaults().inFlight() > 0;
    }

    /** Whether a request has not come back, hung or not. */
    boolean hasUnfinishedRequests() {
        return lockFaults().unfinished() > 0 || stateFaults().unfinished() > 0;
    }

    /** Ends every fault, so that the backend can be closed. */
    void recover() {
        scheduler.resume();
        lockFaults().disarmAll();
        stateFaults().disarmAll();
    }
}
