package io.github.statelock.examples.backend;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.BackendContract.Drivers;

/** The one store of a contract's test, and what others may write into it. */
final class ObjectStore {

    private final MemoryService service = new MemoryService();

    Drivers openDrivers() {
        return new Drivers(new ObjectLocks(service), new ObjectStates(service));
    }

    void putForeignLock(StateKey key, LockInfo info) {
        putLock(key, LockInfoCodec.encode(info));
    }

    void putUnreadableLock(StateKey key) {
        putLock(key, "not a lock".getBytes(UTF_8));
    }

    private void putLock(StateKey key, byte[] record) {
        service.put(new ObjectLocks(service).lockPath(key), record, "", WriteCondition.unconditional());
    }
}
