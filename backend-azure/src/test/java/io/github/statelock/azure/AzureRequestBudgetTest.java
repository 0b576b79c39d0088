package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many requests each operation takes, counted in front of the server. */
@Tag("real-time")
class AzureRequestBudgetTest {

    private static final LockOptions LEASED = LockOptions.operation("budget");
    private static final LockOptions ENDLESS = LockOptions.builder().noLease().build();

    private final TestContainer container = TestContainer.create();
    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final AzureBackend backend = AzureBackend.builder()
            .client(TestContainer.client(proxy.uri(), container.name()))
            .build();
    private final StateKey key = StateKey.of("budget/" + UUID.randomUUID());

    @BeforeEach
    void aStateIsThere() {
        container.put(key, "{\"version\":4}");
    }

    @AfterEach
    void close() {
        backend.close();
        proxy.close();
    }

    private int requests() {
        int count = proxy.count(WireRequest.any());
        proxy.forgetRequests();
        return count;
    }

    @Test
    void anAcquireTakesThreeAndTwoWhenTheBlobIsAsItWasKnown() throws Exception {
        HeldLock cold = backend.locks().acquire(key, LEASED);
        assertThat(requests()).as("cold").isEqualTo(3);
        cold.release();
        assertThat(requests()).as("release").isEqualTo(2);
        HeldLock warm = backend.locks().acquire(key, LEASED);
        assertThat(requests()).as("warm").isEqualTo(2);
        warm.release();
        container.setMetadata(key, null, Map.of("changed", "by-others"));
        requests();
        backend.locks().acquire(key, LEASED).release();
        assertThat(requests()).as("changed meanwhile").isEqualTo(3 + 2);
    }

    @Test
    void aMissingBlobTakesFour() throws Exception {
        backend.locks().acquire(StateKey.of("missing/" + UUID.randomUUID()), LEASED);
        assertThat(requests()).isEqualTo(4);
    }

    @Test
    void aLockWithoutLeaseTakesOneMoreEachWay() throws Exception {
        HeldLock lock = backend.locks().acquire(key, ENDLESS);
        assertThat(requests()).as("cold").isEqualTo(4);
        lock.release();
        assertThat(requests()).as("release").isEqualTo(3);
        backend.locks().acquire(key, ENDLESS).release();
        assertThat(requests()).as("warm").isEqualTo(3 + 3);
        container.setMetadata(key, null, Map.of("changed", "by-others"));
        requests();
        backend.locks().acquire(key, ENDLESS).release();
        assertThat(requests()).as("changed meanwhile").isEqualTo(5 + 3);
    }

    @Test
    void aRefusedLockWithoutLeaseTakesTwoWhereTheBlobIsKnownAndThreeWhereNot() throws Exception {
        try (AzureBackend other =
                        AzureBackend.builder().client(container.client()).build();
                HeldLock held = other.locks().acquire(key, ENDLESS)) {
            for (int expected : new int[] {3, 2}) {
                assertThatThrownBy(() -> backend.locks().acquire(key, ENDLESS))
                        .isInstanceOf(LockHeldException.class)
                        .hasMessageContaining(held.info().id());
                assertThat(requests()).isEqualTo(expected);
            }
        }
    }

    @Test
    void aRefusalTakesTwo() throws Exception {
        try (AzureBackend other =
                        AzureBackend.builder().client(container.client()).build();
                HeldLock held = other.locks().acquire(key, LEASED)) {
            assertThatThrownBy(() -> backend.locks().acquire(key, LEASED))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining(held.info().id());
            assertThat(requests()).isEqualTo(2);
        }
    }

    @Test
    void aRenewalTakesOne() throws Exception {
        LockOptions shortest =
                LockOptions.builder().lease(Duration.ofSeconds(15)).build();
        backend.locks().acquire(key, shortest);
        requests();
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (proxy.count(WireRequest.any()) == 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(proxy.count(WireRequest.header("x-ms-lease-action", "renew")))
                .isEqualTo(1);
        assertThat(requests()).isEqualTo(1);
    }

    @Test
    void aStateIsReadAndWrittenWithOneEach() throws Exception {
        try (LockedState state = backend.lock(key, LEASED)) {
            requests();
            state.read();
            assertThat(requests()).as("read").isEqualTo(1);
            state.write("{\"version\":4,\"serial\":2}".getBytes(UTF_8));
            assertThat(requests()).as("write").isEqualTo(1);
            state.write("{\"version\":4,\"serial\":3}".getBytes(UTF_8));
            assertThat(requests()).as("next write").isEqualTo(1);
        }
        assertThat(requests()).as("release after writes").isEqualTo(2);
    }
}
