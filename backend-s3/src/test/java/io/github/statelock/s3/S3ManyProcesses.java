package io.github.statelock.s3;

import io.github.statelock.testkit.DriversOpener;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.ManyProcessesContract;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** Four JVMs of eight threads on one key, while requests and answers get lost. */
abstract class S3ManyProcesses extends ManyProcessesContract {

    private final S3LockMode mode;
    private final S3TestStore store = S3TestStore.shared();
    private final FaultProxy s3 = FaultProxy.inFrontOf(TestServers.s3().uri());
    private final FaultProxy dynamoDb =
            FaultProxy.inFrontOf(TestServers.dynamoDb().uri());

    S3ManyProcesses(S3LockMode mode) {
        this.mode = mode;
    }

    @BeforeEach
    void armFaults() {
        Predicate<WireRequest> files = WireRequest.targetContains(".tflock");
        Predicate<WireRequest> items = WireRequest.header("X-Amz-Target", "Item");
        int spared = 10;
        for (WireFault fault : List.of(
                WireFault.applyThenCut(),
                WireFault.cutBeforeSending(),
                WireFault.answer(500),
                WireFault.applyThenReset())) {
            s3.arm(fault, files, spared, 3);
            dynamoDb.arm(fault, items, spared, 3);
            spared += 10;
        }
    }

    @AfterEach
    void closeProxies(TestInfo test) {
        try {
            if (test.getDisplayName().startsWith("holdersInSeveralProcessesNeverOverlap")) {
                assertFired();
            }
        } finally {
            s3.close();
            dynamoDb.close();
        }
    }

    private void assertFired() {
        if (mode != S3LockMode.DYNAMODB) {
            s3.assertFired();
        }
        if (mode != S3LockMode.LOCK_FILE) {
            dynamoDb.assertFired();
        }
    }

    @Override
    protected Class<? extends DriversOpener> opener() {
        return S3Opener.class;
    }

    @Override
    protected String store() {
        return mode + " " + s3.uri() + " " + dynamoDb.uri() + " " + store.bucket;
    }

    @Override
    protected int threads() {
        return 8;
    }

    @Override
    protected int turns() {
        return 3;
    }
}
