package io.github.statelock.testkit;

/** The same contract by the machine's clock, as for a store that judges leases itself. */
class MemoryLockManagerInRealTimeTest extends MemoryLockManagerContractTest {

    @Override
    protected boolean manualTime() {
        return false;
    }
}
