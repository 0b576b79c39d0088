package io.github.statelock.local;

import io.github.statelock.spi.StateDriver;

/** States in memory. */
class MemoryStateDriverTest extends StateDriverCases {

    @Override
    StateDriver newDriver() {
        return new MemoryStateDriver();
    }
}
