package io.github.statelock.gcs;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.LockManagerContract;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/**
 * Locks in Google Cloud Storage, on the emulator that honours the conditions of inserts, patches and deletes. It keeps no old
 * versions. The second emulator, fake-gcs-server, ignores the conditions of patches and deletes: that it is refused is
 * proved by {@link ConditionProofTest}.
 */
@Tag("real-time")
class GcsLockManagerContractTest extends LockManagerContract {

    private final Contract contract = new Contract();

    @Override
    protected Drivers openDrivers() {
        return contract.openDrivers();
    }

    @Override
    protected void putForeignLock(StateKey key, LockInfo info) {
        contract.putForeignLock(key, info);
    }

    @Override
    protected void putUnreadableLock(StateKey key) {
        contract.putUnreadableLock(key);
    }

    @Override
    protected void putEmptyState(StateKey key) {
        contract.putEmptyState(key);
    }

    @Override
    protected LockInfo shown(StateKey key, LockInfo foreign) {
        return contract.shown(key, foreign);
    }

    @Override
    protected Duration shortestLease() {
        return Duration.ofSeconds(10);
    }

    @Override
    protected boolean keepsHistory() {
        return false;
    }
}
