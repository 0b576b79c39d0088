package io.github.statelock.examples.backend;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.StateStoreContract;
import org.junit.jupiter.api.Tag;

/** The example's drivers keep the contract. */
@Tag("real-time")
class ObjectStateStoreContractTest extends StateStoreContract {

    private final ObjectStore store = new ObjectStore();

    @Override
    protected Drivers openDrivers() {
        return store.openDrivers();
    }

    @Override
    protected void putForeignLock(StateKey key, LockInfo info) {
        store.putForeignLock(key, info);
    }

    @Override
    protected void putUnreadableLock(StateKey key) {
        store.putUnreadableLock(key);
    }

    @Override
    protected void putEmptyState(StateKey key) {
        // no other program writes here: the key stays absent, as it must look
    }

    @Override
    protected boolean keepsHistory() {
        return false;
    }
}
