package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockListener;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateCorruptException;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However an acquisition ends without a lock: the queue goes on, and what it took or may have taken is removed. */
class AcquireEndsTest extends EngineTest {

    private static final AcquireOutcome UNKNOWN = new AcquireOutcome.Unknown(new IOException("reset"));

    /** Refuses some of the tasks in a row, as the JVM does where it may start no more threads. */
    private static final class Shortage {
        private final AtomicInteger tasks = new AtomicInteger();
        private volatile int from;
        private volatile int to;
        private volatile boolean over;

        Shortage(int from, int count) {
            this.from = from;
            this.to = from + count;
        }

        void beginNow() {
            from = 0;
            to = Integer.MAX_VALUE;
        }

        void check() {
            int task = tasks.getAndIncrement();
            if (!over && task >= from && task < to) {
                throw new OutOfMemoryError("unable to create native thread (this test's)");
            }
        }
    }

    private DriverLockManager managerShortOf(Shortage timers, Shortage threads) {
        Scheduler scheduler = (delay, task) -> {
            timers.check();
            return time.schedule(delay, task);
        };
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(scheduler).build();
        return new DriverLockManager(store, options, new EngineThreads(options, pool -> {
            Executor counted = time.workers().around(pool);
            return task -> {
                threads.check();
                counted.execute(task);
            };
        }));
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "1, 3", "2, 3", "1, 9", "2, 9"})
    void whereATimerCannotBeStartedTheKeyIsFreeAfterwards(int from, int count) throws Exception {
        Shortage timers = new Shortage(from, count);
        DriverLockManager shorted = managerShortOf(timers, new Shortage(0, 0));
        take(shorted, LockOptions.operation("test"), timers);
        assertIsTakenNext(shorted);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "1, 3", "2, 3", "1, 9", "2, 9"})
    void whereAThreadCannotBeStartedTheKeyIsFreeAfterwards(int from, int count) throws Exception {
        Shortage threads = new Shortage(from, count);
        DriverLockManager shorted = managerShortOf(new Shortage(0, 0), threads);
        take(shorted, LockOptions.builder().noLease().build(), threads);
        assertIsTakenNext(shorted);
    }

    /** Takes the lock, or fails for want of threads; what was taken is released when there are threads again. */
    private void take(DriverLockManager shorted, LockOptions options, Shortage shortage) throws Exception {
        Future<HeldLock> lock = inBackground(() -> shorted.acquire(KEY, options));
        time.advanceUntil(lock::isDone);
        shortage.over = true;
        try {
            HeldLock held = lock.get();
            time.advanceUntilDone(inBackground(() -> {
                held.release();
                return true;
            }));
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(OutOfMemoryError.class);
        }
    }

    private void assertIsTakenNext(DriverLockManager shorted) throws Exception {
        Future<HeldLock> next = inBackground(() -> shorted.acquire(KEY, waiting(Duration.ofMinutes(5))));
        String id = time.advanceUntilDone(next).info().id();
        assertThat(store.record(KEY).orElseThrow().hasId(id)).isTrue();
    }

    @Test
    void aLockWhoseTimersCannotBeStartedIsNobodysAndItsListenerIsTold() throws Exception {
        Shortage timers = new Shortage(2, 1); // after those of the create and of the first renewal
        DriverLockManager shorted = managerShortOf(timers, new Shortage(0, 0));
        List<HeldLock> released = new CopyOnWriteArrayList<>();
        LockOptions options = LockOptions.builder()
                .listener(new LockListener() {
                    @Override
                    public void released(HeldLock lock) {
                        released.add(lock);
                    }
                })
                .build();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(inBackground(() -> shorted.acquire(KEY, options))))
                .withCauseInstanceOf(OutOfMemoryError.class);
        ManualTime.await(() -> !released.isEmpty());
        assertThat(released.get(0).status()).isEqualTo(LockStatus.RELEASED);
        assertThat(HeldLocks.inThisJvm(KEY, released.get(0).info().id())).isEmpty();
        assertThat(store.record(KEY)).isEmpty();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void anInterruptedCreateThatGoesUnansweredIsHunted() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        List<Runnable> late = new CopyOnWriteArrayList<>();
        store.fault(Op.CREATE, request -> {
            late.add(request::send);
            FakeStore.awaitLatch(answer);
            return UNKNOWN;
        });
        Thread waiter = interruptedWaiter(manager, () -> !late.isEmpty());
        answer.countDown();
        waiter.join(30_000);
        late.get(0).run();
        assertThat(store.record(KEY)).isPresent();
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
    }

    @Test
    void anInterruptedCreateThatOverrunsIsHunted() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        store.fault(Op.CREATE, FakeStore.hang(late));
        Thread waiter = interruptedWaiter(manager, () -> store.count(Op.CREATE) == 1);
        time.advanceUntil(() -> !waiter.isAlive());
        late.countDown();
        ManualTime.await(() -> store.record(KEY).isPresent());
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
    }

    @Test
    void aLockThatCouldNotBeGivenBackIsHunted() throws Exception {
        CountDownLatch answer = answerLate();
        store.fault(Op.RELEASE, FakeStore.refused(new BackendDeniedException("no s3:DeleteObject", null)));
        Thread waiter = interruptedWaiter(manager, () -> store.record(KEY).isPresent());
        answer.countDown();
        waiter.join(30_000);
        assertThat(store.record(KEY)).isPresent();
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
    }

    @Test
    void whereNothingCanBeStartedToGiveTheLockBackTheQueueGoesOn() throws Exception {
        Shortage timers = new Shortage(0, 0);
        DriverLockManager shorted = managerShortOf(timers, new Shortage(0, 0));
        CountDownLatch answer = answerLate();
        Thread waiter = interruptedWaiter(shorted, () -> store.record(KEY).isPresent());
        timers.beginNow();
        answer.countDown();
        waiter.join(30_000);
        timers.over = true;
        assertIsTakenNext(shorted);
    }

    /** The next create is applied at once, and answered when the latch is counted down. */
    private CountDownLatch answerLate() {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, request -> {
            Object taken = request.send();
            FakeStore.awaitLatch(answer);
            return taken;
        });
        return answer;
    }

    private static Thread interruptedWaiter(DriverLockManager of, BooleanSupplier sent) {
        Thread waiter = new Thread(() -> {
            try {
                of.acquire(KEY, waiting(Duration.ofMinutes(5)));
            } catch (InterruptedException | OutOfMemoryError e) {
                Thread.currentThread().interrupt(); // what it leaves behind is looked at
            }
        });
        waiter.start();
        ManualTime.await(sent);
        waiter.interrupt();
        ManualTime.await(() -> !waiter.isInterrupted()); // it has noticed
        return waiter;
    }

    @Test
    void aCorruptFenceCounterEndsTheAcquisitionAtOnceAndTheLockIsGivenBack() {
        store.fault(Op.FENCE, FakeStore.refused(new StateCorruptException("the counter is not a number", null)));
        LockOptions options =
                waiting(Duration.ofMinutes(5)).toBuilder().fencing(true).build();
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, options));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .havingCause()
                .isInstanceOf(StateCorruptException.class)
                .withMessage("the counter is not a number");
        assertThat(store.count(Op.FENCE)).isEqualTo(1);
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void anErrorOutOfTheCreateLeavesTheQueueAndNoLock() throws Exception {
        store.fault(Op.CREATE, FakeStore.broken(new NoClassDefFoundError("this test's")));
        Future<HeldLock> lock = inBackground(this::lock);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .withCauseInstanceOf(NoClassDefFoundError.class);
        LockAttempt next =
                time.advanceUntilDone(inBackground(() -> manager.tryAcquire(KEY, LockOptions.operation("test"))));
        assertThat(next).isInstanceOf(LockAttempt.Acquired.class);
    }
}
