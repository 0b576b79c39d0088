package io.github.statelock.testkit;

import org.junit.jupiter.api.Tag;

/** The same contract by the machine's clock, as for a store that judges leases itself. */
@Tag("real-time")
class MemoryLockManagerInRealTimeTest extends MemoryLockManagerContractTest {

    @Override
    protected boolean manualTime() {
        return false;
    }
}
