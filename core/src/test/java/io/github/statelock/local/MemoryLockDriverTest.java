package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Locks in memory. */
class MemoryLockDriverTest extends LockDriverCases {

    @Override
    Records newRecords() {
        return new MemoryRecords("test");
    }

    @Test
    void thePathNamesStoreAndKey() {
        assertThat(newRecords().path(Locks.KEY)).isEqualTo("mem:test/prod/network");
    }
}
