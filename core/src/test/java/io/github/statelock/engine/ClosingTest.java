package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ClosingTest extends EngineTest {

    @Test
    void aLockThatIsBeingTakenWhileTheManagerClosesIsGivenBack() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, FakeStore.hang(answer));
        Future<HeldLock> lock = inBackground(this::lock);
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        Future<?> closed = inBackground(() -> {
            manager.close();
            return true;
        });
        ManualTime.await(() -> isClosed(manager));
        answer.countDown();
        closed.get();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(lock::get)
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void aWaiterNeedsNoTickOfTheClockToHearThatTheManagerIsClosed() throws Exception {
        store.put(KEY, "them", Optional.empty());
        Future<HeldLock> waiting = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofHours(1))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 0 && store.isIdle());
        manager.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiting::get)
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aSweepNeedsNoTickOfTheClockToHearThatTheManagerIsClosed() throws Exception {
        store.put(KEY, "them", Optional.of(LEASE));
        Future<?> sweep = inBackground(() -> manager.sweep(""));
        long later = time.nanos() + Duration.ofSeconds(10).toNanos();
        time.advanceUntil(() -> time.nanos() - later >= 0); // it waits for the lease to end
        manager.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(sweep::get)
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(store.record(KEY)).isPresent();
    }

    @Test
    void aReleasedLockLeavesNoTimerBehind() throws Exception {
        int before = time.scheduled();
        for (int i = 0; i < 20; i++) {
            manager.acquire(
                            KEY,
                            LockOptions.builder().lease(Duration.ofHours(20)).build())
                    .release();
        }
        ManualTime.await(() -> time.scheduled() == before);
    }

    @Test
    void ofTwoWhoCloseAtOnceBothWaitForTheReleasesAndTheClientsAreClosedAfterThemOnce() throws Exception {
        closeTwice(backend -> backend.close());
    }

    @Test
    void aBackendClosedWhileItsShutdownHookRunsWaitsForTheReleasesOfTheHook() throws Exception {
        closeTwice(backend -> ((DriverLockManager) backend.locks()).close());
    }

    private void closeTwice(Consumer<DriverBackend> first) throws Exception {
        ClosedOnce backend = new ClosedOnce();
        backend.locks().acquire(KEY, LockOptions.builder().noLease().build());
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.RELEASE, FakeStore.hang(answer));
        Future<?> firstEnd = inBackground(() -> {
            first.accept(backend);
            return true;
        });
        ManualTime.await(() -> store.count(Op.RELEASE) == 1);
        Thread second = new Thread(backend::close);
        second.start();
        ManualTime.await(() -> second.getState() == Thread.State.WAITING || !second.isAlive());
        answer.countDown();
        firstEnd.get();
        second.join();
        assertThat(backend.heldWhenClosed).containsExactly(List.of());
        backend.close();
        assertThat(backend.heldWhenClosed).hasSize(1);
    }

    @Test
    void aCallbackMayCloseTheBackend() throws Exception {
        ClosedOnce backend = new ClosedOnce();
        CountDownLatch closed = new CountDownLatch(1);
        backend.locks()
                .acquire(
                        KEY,
                        LockOptions.builder()
                                .listener(new LockListener() {
                                    @Override
                                    public void acquired(HeldLock lock) {
                                        backend.close();
                                        closed.countDown();
                                    }
                                })
                                .build());
        closed.await();
        assertThat(backend.heldWhenClosed).containsExactly(List.of());
    }

    /** A backend over the fake store that notes what is locked when its clients are closed. */
    private final class ClosedOnce extends DriverBackend {

        private final List<List<ObservedLock>> heldWhenClosed = new CopyOnWriteArrayList<>();

        ClosedOnce() {
            super(
                    store,
                    new FakeStates(),
                    EngineOptions.builder().ticker(time).scheduler(time).build());
        }

        @Override
        protected void closeClients() {
            heldWhenClosed.add(store.all());
        }
    }

    static boolean isClosed(DriverLockManager manager) {
        try {
            manager.inspect(KEY);
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
