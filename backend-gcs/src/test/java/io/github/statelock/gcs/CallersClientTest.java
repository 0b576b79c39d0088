package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The Google client as it comes: it retries, and its transport sends a DELETE again without saying so. */
class CallersClientTest {

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("caller/" + UUID.randomUUID());

    private static Storage client(FaultProxy proxy) {
        return StorageOptions.http()
                .setHost(proxy.uri().toString())
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test")
                .build()
                .getService();
    }

    private GcsBackend backend(Storage client) {
        return GcsBackend.builder(gcs.bucket())
                .storage(client)
                .verifyConditionalWrites(false)
                .build();
    }

    @Test
    void aReleaseWhoseAnswerWasLostIsAReleaseThoughTheClientRepeatedIt() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = client(proxy);
                GcsBackend backend = backend(client)) {
            HeldLock lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("DELETE"));
            lock.release();
            proxy.assertFired();
            assertThat(proxy.count(WireRequest.method("DELETE"))).isEqualTo(2);
            assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }

    @Test
    void anAcquireWhoseAnswerWasLostIsOursThoughTheClientRepeatedIt() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                Storage client = client(proxy);
                GcsBackend backend = backend(client)) {
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("POST").and(WireRequest.targetContains("/upload/")));
            try (HeldLock lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build())) {
                proxy.assertFired();
                assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            }
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }

    /** At the second server, which takes patches as that transport sends them, and makes a new generation of each. */
    @Test
    void renewalsGoThroughTheClientsOwnTransport() throws Exception {
        Gcs second = Gcs.second();
        try (FaultProxy proxy = FaultProxy.inFrontOf(second.server());
                Storage client = client(proxy);
                GcsBackend backend = GcsBackend.builder(second.bucket())
                        .storage(client)
                        .verifyConditionalWrites(false)
                        .build()) {
            HeldLock lock = backend.locks()
                    .acquire(
                            key,
                            LockOptions.builder().lease(Duration.ofSeconds(10)).build());
            Eventually.holds(() -> proxy.count(WireRequest.header("x-http-method-override", "PATCH")) > 1);
            lock.ensureHeld();
            lock.release();
            assertThat(second.lockDriver().observe(key)).isEmpty();
        }
    }

    /** Our own transport, which is why a release can tell a loss: one DELETE on the wire for each one asked for. */
    @Test
    void ourOwnClientSendsEachRequestOnce() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server())) {
            GcsObjects objects = gcs.through(proxy.uri()).objects();
            gcs.insert(key.value(), new byte[] {1}, "");
            objects.get(key.value()); // so that the connection is an old one
            proxy.arm(WireFault.applyThenCut(), WireRequest.method("DELETE"));
            assertThat(objects.delete(key.value())).isInstanceOf(Answer.Unknown.class);
            proxy.assertFired();
            assertThat(proxy.count(WireRequest.method("DELETE"))).isEqualTo(1);
        }
    }
}
