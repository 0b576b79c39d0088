package io.github.statelock.gcs;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.BackendContract.Drivers;
import java.nio.charset.StandardCharsets;

/** What the contracts' leaves have in common: the bucket of one test server. */
final class Contract {

    private final Gcs gcs = Gcs.main();
    private final GcsNames names = GcsNames.of(gcs.bucket(), "");

    /** With clients of their own, as another process has. The server keeps no old versions. */
    Drivers openDrivers() {
        return new Drivers(gcs.lockDriver(), gcs.stateDriver(false));
    }

    void putForeignLock(StateKey key, LockInfo info) {
        gcs.insert(names.lock(key), LockObjects.body(info), "&ifGenerationMatch=0");
    }

    void putUnreadableLock(StateKey key) {
        gcs.insert(names.lock(key), "{\"ID\":".getBytes(StandardCharsets.UTF_8), "&ifGenerationMatch=0");
    }

    void putEmptyState(StateKey key) {
        gcs.insert(names.state(key), new byte[0], "");
    }

    /** Terraform's ID of a lock is its object's generation. */
    LockInfo shown(StateKey key, LockInfo foreign) {
        return new LockInfo(
                gcs.generation(names.lock(key)),
                foreign.operation(),
                foreign.info(),
                foreign.who(),
                foreign.version(),
                foreign.created(),
                foreign.path());
    }
}
