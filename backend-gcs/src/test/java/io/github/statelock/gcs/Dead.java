package io.github.statelock.gcs;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Locks of holders that never renew them. */
final class Dead {

    private Dead() {}

    static ObservedLock holder(Gcs gcs, StateKey key) {
        GenerationLockDriver driver = gcs.lockDriver();
        LockInfo info = new LockInfo(
                UUID.randomUUID().toString(),
                "test",
                "dead",
                "me@here",
                "statelock/test",
                Instant.parse("2026-01-02T03:04:05Z"),
                driver.lockPath(key));
        AcquireOutcome outcome = driver.tryAcquire(new LockProposal(key, info, Optional.of(Duration.ofSeconds(10))));
        return ((AcquireOutcome.Acquired) outcome).lock().asObserved();
    }
}
