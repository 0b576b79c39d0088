package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.LockManagerContract;
import org.junit.jupiter.api.Tag;

/** Locks in lock files and a table, with a clock moved by hand. */
@Tag("real-time")
class BothLockManagerContractTest extends LockManagerContract {

    private final S3TestStore store = S3TestStore.shared();

    @Override
    protected Drivers openDrivers() {
        return store.drivers(S3LockMode.BOTH);
    }

    @Override
    protected void putForeignLock(StateKey key, LockInfo info) {
        store.putForeignLock(S3LockMode.BOTH, key, info);
    }

    @Override
    protected void putUnreadableLock(StateKey key) {
        store.putRecord(S3LockMode.BOTH, key, "{\"ID\":");
    }

    @Override
    protected void putEmptyState(StateKey key) {
        store.putObject(key.value(), "");
    }

    /** The server's versioning has faults. */
    @Override
    protected boolean keepsHistory() {
        return false;
    }
}
