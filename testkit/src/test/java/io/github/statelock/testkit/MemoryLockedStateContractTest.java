package io.github.statelock.testkit;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.local.LocalStores;

/** States under locks in memory, with a clock moved by hand. */
class MemoryLockedStateContractTest extends LockedStateContract {

    private final LocalStores.Memory store = new LocalStores.Memory();

    @Override
    protected Drivers openDrivers() {
        return store.open();
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
        // nobody else can write here: the key stays absent, as it must look
    }
}
