package io.github.statelock.azure;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.LockManagerContract;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Locks in Azure Blob Storage, in real time: the service ends leases. */
@Tag("real-time")
class AzureLockManagerContractTest extends LockManagerContract {

    @SuppressWarnings("NullAway.Init") // before all tests
    private static TestContainer container;

    @BeforeAll
    static void createContainer() {
        container = TestContainer.create();
    }

    @Override
    protected Drivers openDrivers() {
        return container.drivers(keepsHistory());
    }

    @Override
    protected boolean expiresByService() {
        return true;
    }

    @Override
    protected Duration shortestLease() {
        return Duration.ofSeconds(15);
    }

    @Override
    protected void putForeignLock(StateKey key, LockInfo info) {
        container.lockAsTerraform(key, info);
    }

    @Override
    protected void putUnreadableLock(StateKey key) {
        container.lock(key, UUID.randomUUID().toString(), "bm8ganNvbg==");
    }

    @Override
    protected void putEmptyState(StateKey key) {
        container.put(key, new byte[0]);
    }
}
