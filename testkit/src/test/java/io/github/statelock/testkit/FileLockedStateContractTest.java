package io.github.statelock.testkit;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.local.LocalStores;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** States under locks in a folder, with a clock moved by hand. */
@Tag("real-time")
class FileLockedStateContractTest extends LockedStateContract {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected Drivers openDrivers() {
        return new LocalStores.Files(folder).open();
    }

    @Override
    protected void putForeignLock(StateKey key, LockInfo info) {
        new LocalStores.Files(folder).putForeignLock(key, info);
    }

    @Override
    protected void putUnreadableLock(StateKey key) {
        new LocalStores.Files(folder).putUnreadableLock(key);
    }

    @Override
    protected void putEmptyState(StateKey key) {
        // nobody else writes here: the key stays absent, as it must look
    }
}
