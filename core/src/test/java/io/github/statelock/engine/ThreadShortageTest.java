package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The system has no thread left for a while: nothing may stay broken when it has one again. */
@Tag("slow")
class ThreadShortageTest extends EngineTest {

    private final AtomicInteger starts = new AtomicInteger();
    private volatile int firstRefused = Integer.MAX_VALUE;
    private volatile int afterLastRefused = Integer.MAX_VALUE;
    private final AtomicBoolean noThreads = new AtomicBoolean();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whicheverThreadsOfALockedAndRenewedAndReleasedLockCannotBeStarted(int inARow) throws Exception {
        for (int first = 1; starts.get() >= first - 1; first++) { // until a cycle asks for fewer
            DriverLockManager shortOfThreads = manager(first, inARow);
            Told told = new Told();
            HeldLock lock = take(shortOfThreads, told);
            time.advanceUntil(() -> told.heard.contains("renewed"));
            inTime(() -> releaseOf(lock));
            time.advanceUntil(() -> told.heard.contains("released"));
            assertThat(told.heard).as("refused from %d on", first).startsWith("acquired");
            assertRecovered(shortOfThreads, first);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whicheverThreadsOfALockThatIsForcedCannotBeStarted(int inARow) throws Exception {
        for (int first = 1; starts.get() >= first - 1; first++) {
            DriverLockManager shortOfThreads = manager(first, inARow);
            Told told = new Told();
            HeldLock lock = take(shortOfThreads, told);
            lock.onLost(reason -> told.heard.add("onLost"));
            inTime(() ->
                    repeated(() -> shortOfThreads.forceUnlock(KEY, lock.info().id())));
            time.advanceUntil(() -> told.heard.contains("onLost"));
            assertThat(told.heard)
                    .as("refused from %d on", first)
                    .filteredOn(call -> !call.equals("renewed") && !call.equals("atRisk"))
                    .containsExactly("acquired", "forced", "lost", "onLost");
            assertRecovered(shortOfThreads, first);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void whicheverThreadsAfterAnInterruptCannotBeStarted(int inARow) throws Exception {
        for (int first = 1; starts.get() >= first - 1; first++) {
            DriverLockManager shortOfThreads = manager(Integer.MAX_VALUE, 0);
            CountDownLatch answer = new CountDownLatch(1);
            store.fault(Op.CREATE, request -> {
                Object taken = request.send();
                FakeStore.awaitLatch(answer);
                return taken;
            });
            int creates = store.count(Op.CREATE);
            Future<?> interrupted = inBackground(
                    () -> releaseOf(shortOfThreads.acquire(KEY, LockOptions.operation("test")))); // the answer may win
            ManualTime.await(() -> store.count(Op.CREATE) > creates);
            refuse(first, inARow);
            interrupted.cancel(true);
            answer.countDown();
            assertRecovered(shortOfThreads, first);
        }
    }

    @Test
    void aCallThatCannotBeStartedWasNotSentAndHasEnded() {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        Executor none = start -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        DriverCalls calls = new DriverCalls(new Lane(none, 2), options, Pace.of(time), FirstChange.anyTime());
        Call<String> call = calls.start(Duration.ofSeconds(10), () -> "sent");
        assertThat(call.ended()).isCompleted();
        assertThatExceptionOfType(BackendUnavailableException.class)
                .isThrownBy(() -> Waits.get(call.answer()))
                .withMessageContaining("Not sent")
                .withCauseInstanceOf(OutOfMemoryError.class);
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void aCallWhoseTimerCannotBeStartedWasNotSentEither() {
        Scheduler none = (delay, task) -> {
            throw new RejectedExecutionException("no timer");
        };
        AtomicInteger sent = new AtomicInteger();
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(none).build();
        DriverCalls calls = new DriverCalls(new Lane(Runnable::run, 2), options, Pace.of(time), FirstChange.anyTime());
        Call<Integer> call = calls.start(Duration.ofSeconds(10), sent::incrementAndGet);
        assertThat(call.ended()).isCompleted();
        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> Waits.get(call.answer()));
        assertThat(sent).hasValue(0);
    }

    @Test
    void aCallThatWaitedForItsObjectsTurnWasNotSentEither() {
        AtomicBoolean none = new AtomicBoolean();
        EngineOptions options = EngineOptions.builder()
                .ticker(time)
                .scheduler(time)
                .changeInterval(Duration.ofSeconds(1))
                .build();
        Lane lane = new Lane(
                start -> {
                    if (none.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    start.run();
                },
                2);
        DriverCalls calls = new DriverCalls(lane, options, Pace.of(time), FirstChange.anyTime());
        Pace.Change change = new Pace.Change("object", false);
        calls.start(change, Duration.ofSeconds(10), () -> {
            throw new BackendUnavailableException("throttled", null, Duration.ofSeconds(1));
        });
        Call<String> second = calls.start(change, Duration.ofSeconds(10), () -> "second");
        assertThat(second.answer()).isNotDone();
        none.set(true);
        time.advance(Duration.ofSeconds(1));
        assertThat(second.ended()).isCompleted();
        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> Waits.get(second.answer()));
    }

    @Test
    void sixteenLocksWhoseRenewalsAllFailToStartAreRenewedAfterwards() throws Exception {
        DriverLockManager shortOfThreads = manager(Integer.MAX_VALUE, 0);
        List<HeldLock> locks = new ArrayList<>();
        for (int i = 0; i < 2 * Renewals.MAX_IN_FLIGHT; i++) {
            locks.add(shortOfThreads.acquire(StateKey.of("key" + i), LockOptions.operation("test")));
        }
        noThreads.set(true);
        time.advance(Duration.ofSeconds(12));
        assertThat(store.count(Op.RENEW)).isZero();
        assertThat(locks).extracting(HeldLock::status).containsOnly(LockStatus.AT_RISK);
        noThreads.set(false);
        time.advanceUntil(() -> locks.stream().allMatch(lock -> lock.status() == LockStatus.HELD));
        HeldLock later = shortOfThreads.acquire(KEY, LockOptions.operation("test"));
        int renewals = store.count(Op.RENEW);
        time.advanceUntil(() -> store.count(Op.RENEW) > renewals + 2 * locks.size());
        assertThat(later.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aReleaseThatCannotBeStartedForLongEndsWithItsTimeAndCanBeRepeated() throws Exception {
        DriverLockManager shortOfThreads = manager(Integer.MAX_VALUE, 0);
        HeldLock lock = shortOfThreads.acquire(
                KEY, LockOptions.builder().operation("test").noLease().build());
        ManualTime.await(store::isIdle);
        noThreads.set(true);
        Future<?> released = inBackground(() -> releaseOf(lock));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(released))
                .withCauseInstanceOf(BackendUnavailableException.class);
        noThreads.set(false);
        inTime(() -> releaseOf(lock));
        time.advanceUntil(() -> store.record(KEY).isEmpty());
    }

    /** The store has what the manager believes, and the manager locks, renews and releases the key as before. */
    private void assertRecovered(DriverLockManager recovered, int first) throws Exception {
        int startsOfTheCycle = starts.get();
        Told told = new Told();
        HeldLock next = take(recovered, told);
        time.advanceUntil(() -> told.heard.contains("renewed"));
        assertThat(next.status()).as("refused from %d on", first).isEqualTo(LockStatus.HELD);
        inTime(() -> releaseOf(next));
        time.advanceUntil(() -> told.heard.contains("released"));
        assertThat(store.record(KEY)).as("refused from %d on", first).isEmpty();
        starts.set(startsOfTheCycle);
    }

    private HeldLock take(DriverLockManager from, LockListener listener) throws Exception {
        LockOptions options = LockOptions.builder()
                .operation("test")
                .waitUpTo(Duration.ofMinutes(5))
                .listener(listener)
                .build();
        return inTime(() -> from.acquire(KEY, options));
    }

    private <T> T inTime(Callable<T> call) throws Exception {
        return time.advanceUntilDone(inBackground(call));
    }

    private static boolean releaseOf(HeldLock lock) {
        lock.release();
        return true;
    }

    /** What was not sent may be repeated. */
    private static <T> T repeated(Callable<T> call) throws Exception {
        while (true) {
            try {
                return call.call();
            } catch (BackendUnavailableException e) {
                assertThat(e).hasMessageContaining("Not sent");
            }
        }
    }

    private DriverLockManager manager(int first, int inARow) {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        DriverLockManager made = new DriverLockManager(store, options, new EngineThreads(options, this::refusing));
        refuse(first, inARow);
        return made;
    }

    /** Refuses so many starts of a thread, from that one on. */
    private void refuse(int first, int inARow) {
        starts.set(0);
        firstRefused = first;
        afterLastRefused = first + inARow;
    }

    private Executor refusing(Executor threads) {
        return start -> {
            int number = starts.incrementAndGet();
            if (noThreads.get() || (number >= firstRefused && number < afterLastRefused)) {
                if (number % 2 == 0) {
                    throw new RejectedExecutionException("no thread left");
                }
                throw new OutOfMemoryError("unable to create native thread");
            }
            threads.execute(start);
        };
    }

    private static final class Told implements LockListener {
        final List<String> heard = new CopyOnWriteArrayList<>();

        @Override
        public void acquired(HeldLock lock) {
            heard.add("acquired");
        }

        @Override
        public void renewed(HeldLock lock) {
            heard.add("renewed");
        }

        @Override
        public void atRisk(HeldLock lock, String reason) {
            heard.add("atRisk");
        }

        @Override
        public void forced(HeldLock lock) {
            heard.add("forced");
        }

        @Override
        public void lost(HeldLock lock, LockLostException reason) {
            heard.add("lost");
        }

        @Override
        public void released(HeldLock lock) {
            heard.add("released");
        }
    }
}
