package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What the tests of locks have in common. */
final class Locks {

    static final StateKey KEY = StateKey.of("prod/network");
    static final Duration LEASE = Duration.ofSeconds(30);

    private Locks() {}

    static LockProposal leased(LockDriver driver, StateKey key) {
        return proposal(driver, key, Optional.of(LEASE));
    }

    static LockProposal unleased(LockDriver driver, StateKey key) {
        return proposal(driver, key, Optional.empty());
    }

    private static LockProposal proposal(LockDriver driver, StateKey key, Optional<Duration> lease) {
        LockInfo info = new LockInfo(
                UUID.randomUUID().toString(),
                "OperationTypeApply",
                "",
                "tester@host",
                "statelock/test",
                Instant.parse("2026-01-02T03:04:05Z"),
                driver.lockPath(key));
        return new LockProposal(key, info, lease);
    }

    static OwnedLock taken(LockDriver driver, LockProposal proposal) {
        return acquired(driver.tryAcquire(proposal));
    }

    static OwnedLock acquired(AcquireOutcome outcome) {
        assertThat(outcome).isInstanceOf(AcquireOutcome.Acquired.class);
        return ((AcquireOutcome.Acquired) outcome).lock();
    }
}
