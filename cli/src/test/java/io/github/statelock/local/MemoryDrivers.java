package io.github.statelock.local;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.terraform.LockFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The drivers of one store in memory, for engines with faults in between, and what others may write into it. */
public final class MemoryDrivers {

    private final MemoryRecords records = new MemoryRecords("served");
    private final LocalLockDriver locks = new LocalLockDriver(records, Processes.unknown());
    private final MemoryStateDriver states = new MemoryStateDriver();

    public LockDriver locks() {
        return locks;
    }

    public StateDriver states() {
        return states;
    }

    /** As Terraform leaves it, past the drivers. */
    public void putForeignLock(StateKey key, LockInfo info) {
        put(key, new LockFile(info, Optional.empty()).encode());
    }

    /** What nobody can read. */
    public void putUnreadableLock(StateKey key) {
        put(key, "{\"ID\":".getBytes(StandardCharsets.UTF_8));
    }

    /** A readable record that is longer than any of ours. */
    public void putLongLock(StateKey key, String id, String info) {
        put(key, ("{\"ID\":\"" + id + "\",\"Info\":\"" + info + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private void put(StateKey key, byte[] record) {
        records.update(key, Records.Kind.LOCK, current -> new Change.Put<>(true, record));
    }
}
