package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Locks to propose. */
final class TestLocks {

    private TestLocks() {}

    static LockInfo info(LockDriver locks, StateKey key) {
        return new LockInfo(
                UUID.randomUUID().toString(),
                "OperationTypeApply",
                "what & <why>",
                "somebody@somewhere",
                "statelock/test",
                Instant.parse("2026-01-02T03:04:05.380Z"),
                locks.lockPath(key));
    }

    static LockProposal proposal(LockDriver locks, StateKey key) {
        return new LockProposal(key, info(locks, key), Optional.of(Duration.ofSeconds(5)));
    }

    static LockProposal lasting(LockDriver locks, StateKey key) {
        return new LockProposal(key, info(locks, key), Optional.empty());
    }
}
