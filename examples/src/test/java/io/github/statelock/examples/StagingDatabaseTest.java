package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.testkit.DistributedLock;
import org.junit.jupiter.api.Test;

/** Tests that share a staging database with every other build: only one of them runs at a time, on whatever machine. */
@DistributedLock(value = "staging-db", waitUpTo = "15m")
class StagingDatabaseTest {

    @Test
    void theSchemaIsMigrated() {
        assertThat(new StagingDatabase().migrate()).isEqualTo(2);
    }

    /** Stands for the real one. */
    private static final class StagingDatabase {
        private int schema = 1;

        int migrate() {
            return ++schema;
        }
    }
}
