package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.StateKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** One change of an object per second, as the service allows; more are answered 429 by the store in front of these tests. */
@Execution(ExecutionMode.CONCURRENT)
class PacingTest {

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("paced/" + UUID.randomUUID() + ".tfstate");

    private GcsBackend through(LimitedStore store) {
        return gcs.through(store.uri()).backend().build();
    }

    private static LockOptions.Builder leased() {
        return LockOptions.builder().lease(Duration.ofSeconds(10));
    }

    @Test
    void aHolderAndEightWaitersSeeNoThrottling() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend holder = through(store)) {
            HeldLock lock = holder.locks().acquire(key, leased().build());
            List<GcsBackend> backends = new ArrayList<>();
            List<CompletableFuture<Boolean>> waiters = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                GcsBackend backend = through(store);
                backends.add(backend);
                waiters.add(
                        CompletableFuture.supplyAsync(() -> waitsInVain(backend), task -> new Thread(task).start()));
            }
            for (CompletableFuture<Boolean> waiter : waiters) {
                assertThat(waiter.get()).isTrue();
            }
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            lock.release();
            backends.forEach(GcsBackend::close);
            assertThat(store.throttled()).isZero();
            assertThat(store.changes()).as("8 creates, renewals, release").isGreaterThan(12);
        }
    }

    private boolean waitsInVain(GcsBackend backend) {
        try {
            backend.locks()
                    .acquire(key, leased().waitUpTo(Duration.ofSeconds(14)).build());
            return false;
        } catch (LockHeldException e) {
            return true;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void lockWriteAndReleaseAgainAndAgainSeeNoThrottling() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend backend = through(store)) {
            for (int i = 0; i < 2; i++) {
                try (LockedState locked =
                        backend.lock(key, leased().fencing(true).build())) {
                    locked.write(("1 " + i).getBytes(StandardCharsets.UTF_8));
                    locked.write(("2 " + i).getBytes(StandardCharsets.UTF_8));
                }
            }
            assertThat(store.throttled()).isZero();
        }
    }

    /** The negative control: without the interval the same store throttles, so the zero above means something. */
    @Test
    void withoutPacingTheSameStoreThrottles() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(store.uri())
                        .backend()
                        .engine(options -> options.changeInterval(Duration.ZERO))
                        .build()) {
            for (int i = 0; i < 2; i++) {
                backend.locks().acquire(key, leased().build()).release();
            }
            assertThat(store.throttled()).isPositive();
        }
    }

    @Test
    void throttlingIsWaitedOut() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server(), Duration.ofSeconds(4));
                GcsBackend backend = through(store)) {
            assertThat(backend.locks().inspect(key)).isEmpty();
            gcs.through(store.uri()).insert(gcs.objects().names().lock(key), new byte[] {1}, "");
            gcs.delete(gcs.objects().names().lock(key), "");
            LockAttempt attempt = backend.locks().tryAcquire(key, leased().build());
            assertThat(attempt).isInstanceOf(LockAttempt.Acquired.class);
            assertThat(store.throttled()).isPositive();
            ((LockAttempt.Acquired) attempt).lock().release();
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }
}
