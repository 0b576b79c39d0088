package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A store that takes one change of an object per second and answers 429 to more, as the service may. */
@Tag("real-time")
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
    void eightWaitersDoNotCostAHolderItsLock() throws Exception {
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
            assertThat(store.throttled()).as("a create of each waiter").isLessThanOrEqualTo(8);
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

    /** The first release comes right after its acquire and is throttled. From then on the object's changes keep apart. */
    @Test
    void changesAreSentAtOnceUntilOneIsThrottled() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend backend = through(store)) {
            warmUp(backend);
            for (int i = 0; i < 3; i++) {
                backend.locks().acquire(key, leased().build()).release();
            }
            assertThat(store.throttled()).isEqualTo(1);
            assertThat(store.shortestPause()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    /** A first request that takes a second, in a cold JVM, would not be throttled. */
    private void warmUp(GcsBackend backend) {
        StateKey absent = StateKey.of("paced/absent");
        backend.states().delete(absent, WriteCondition.unconditional());
        backend.states().read(absent);
    }

    @Test
    void lockWriteAndReleaseAgainAndAgainGoThrough() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend backend = through(store)) {
            for (int i = 0; i < 2; i++) {
                try (LockedState locked =
                        backend.lock(key, leased().fencing(true).build())) {
                    locked.write(("1 " + i).getBytes(StandardCharsets.UTF_8));
                    locked.write(("2 " + i).getBytes(StandardCharsets.UTF_8));
                }
            }
            assertThat(store.shortestPause()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    /** The negative control: without the interval the same store throttles again and again. */
    @Test
    void withoutPacingTheSameStoreThrottlesEachRelease() throws Exception {
        try (LimitedStore store = LimitedStore.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(store.uri())
                        .backend()
                        .engine(options -> options.changeInterval(Duration.ZERO))
                        .build()) {
            warmUp(backend);
            for (int i = 0; i < 3; i++) {
                backend.locks().acquire(key, leased().build()).release();
            }
            assertThat(store.throttled()).isGreaterThan(1);
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
            assertThat(store.shortestPause()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            ((LockAttempt.Acquired) attempt).lock().release();
            assertThat(gcs.lockDriver().observe(key)).isEmpty();
        }
    }
}
