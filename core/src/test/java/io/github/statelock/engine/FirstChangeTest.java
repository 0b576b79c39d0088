package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.LeaseBounds;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A store that must be proved before the first change. */
class FirstChangeTest extends EngineTest {

    private final Queue<Runnable> proofs = new ConcurrentLinkedQueue<>();
    private final AtomicInteger run = new AtomicInteger();
    private final FirstChange firstChange = new FirstChange(this::prove, Duration.ofSeconds(30));
    private final DriverLockManager proved = newProvedManager();

    private DriverLockManager newProvedManager() {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        return new DriverLockManager(store, options, new EngineThreads(options, firstChange));
    }

    /** The next proof ends as the test said, and one of which it said nothing passes. */
    private void prove() {
        run.incrementAndGet();
        Runnable next = proofs.poll();
        if (next != null) {
            next.run();
        }
    }

    private LockAttempt take() throws InterruptedException {
        return proved.tryAcquire(KEY, LockOptions.operation("test"));
    }

    @Test
    void aReadNeedsNoProofAndChangesNeedOne() throws Exception {
        assertThat(proved.inspect(KEY)).isEmpty();
        assertThat(proved.list("")).isEmpty();
        assertThat(run).hasValue(0);
        ((LockAttempt.Acquired) take()).lock().release();
        take();
        assertThat(run).hasValue(1);
    }

    @Test
    void nothingIsSentToAStoreThatFailsTheProofAndItIsProvedAgain() throws Exception {
        for (int i = 0; i < 2; i++) {
            proofs.add(() -> {
                throw new BackendMisconfiguredException("ignores conditions", null);
            });
            assertThatExceptionOfType(BackendMisconfiguredException.class)
                    .isThrownBy(this::take)
                    .withMessage("ignores conditions");
        }
        assertThat(store.count(Op.CREATE)).isZero();
        assertThat(take()).isInstanceOf(LockAttempt.Acquired.class);
        assertThat(run).hasValue(3);
    }

    @Test
    void aStoreThatCannotBeAskedNowIsAskedAgainInTheTimeOfTheAcquisition() throws Exception {
        for (int i = 0; i < 3; i++) {
            proofs.add(() -> {
                throw new BackendUnavailableException("SlowDown", null);
            });
        }
        assertThat(time.advanceUntilDone(inBackground(this::take))).isInstanceOf(LockAttempt.Acquired.class);
        assertThat(run).hasValue(4);
    }

    /** It must not look as if the change had been sent and gone unanswered. */
    @Test
    void whatAProofThrowsThatNobodyExpectedHasChangedNothing() {
        for (int i = 0; i < 1000; i++) {
            proofs.add(() -> {
                throw new OutOfMemoryError("test");
            });
        }
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(inBackground(this::take)))
                .havingCause()
                .isInstanceOf(BackendUnavailableException.class)
                .withMessageContaining("nothing was changed");
        assertThat(store.count(Op.CREATE)).isZero();
    }

    @Test
    void aProofThatHangsEndsTheAcquisitionInItsTimeAndNothingIsSentAfterwards() {
        CountDownLatch end = new CountDownLatch(1);
        proofs.add(() -> FakeStore.awaitLatch(end));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(inBackground(this::take)))
                .havingCause()
                .isInstanceOf(BackendUnavailableException.class);
        end.countDown();
        ManualTime.await(firstChange::hasPassed);
        assertThat(store.count(Op.CREATE)).isZero();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void changesThatComeTogetherShareOneProof() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        proofs.add(() -> {
            asked.countDown();
            FakeStore.awaitLatch(end);
            throw new BackendUnavailableException("SlowDown", null);
        });
        Future<?> first = inBackground(() -> {
            assertThatThrownBy(firstChange::require).hasMessage("SlowDown");
            return true;
        });
        asked.await();
        Thread second = new Thread(() -> assertThatThrownBy(firstChange::require)
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessage("SlowDown"));
        AtomicInteger failed = new AtomicInteger();
        second.setUncaughtExceptionHandler((thread, e) -> failed.incrementAndGet());
        second.start();
        ManualTime.await(() -> second.getState() == Thread.State.TIMED_WAITING);
        end.countDown();
        first.get();
        second.join();
        assertThat(failed).hasValue(0);
        assertThat(run).hasValue(1);
        firstChange.require();
        firstChange.require();
        assertThat(run).hasValue(2);
    }

    @Test
    void whetherThereAreLeasesIsKnownAfterTheProof() {
        proofs.add(() ->
                store.bounds = new LeaseBounds(store.bounds.shortest(), store.bounds.longest(), false, true, false));
        assertThat(proved.keepsLeases()).isFalse();
        assertThat(proved.keepsLeases()).isFalse();
        assertThat(run).hasValue(1);
        assertThat(manager.keepsLeases()).isFalse();
    }
}
