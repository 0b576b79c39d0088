package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockListener;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Those who wait: at the head of the local queue, and behind it. */
class WaitersTest extends EngineTest {

    private static final AcquireOutcome GONE = new AcquireOutcome.HolderGone();

    private void refuseForEver() {
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.CREATE, FakeStore.cut(GONE));
        }
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(time.nanos() - nanos);
    }

    @Test
    void oneWhoDoesNotWaitIsSoonToldOfAHolderWhoseRecordCannotBeRead() throws Exception {
        refuseForEver();
        long start = time.nanos();
        LockAttempt attempt =
                time.advanceUntilDone(inBackground(() -> manager.tryAcquire(KEY, LockOptions.operation("test"))));
        assertThat(attempt)
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder().info()).isEmpty());
        assertThat(store.count(Op.CREATE)).isEqualTo(4);
        assertThat(since(start)).isBetween(Duration.ofMillis(60), Duration.ofSeconds(1));
    }

    @Test
    void aHolderWhoseRecordCannotBeReadIsWaitedForAndThenHeld() {
        refuseForEver();
        long start = time.nanos();
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofSeconds(30))));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .withCauseInstanceOf(LockHeldException.class)
                .withMessageContaining("its record could not be read");
        assertThat(since(start)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(33));
        assertThat(store.count(Op.CREATE)).isBetween(10, 80);
    }

    @Test
    void aRecordThatCannotBeReadMayBeOurOwnAfterALostAnswer() {
        store.fault(Op.CREATE, FakeStore.lost(new AcquireOutcome.Unknown(new IOException("reset"))));
        refuseForEver();
        Future<HeldLock> lock = inBackground(this::lock);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .havingCause()
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        e -> assertThat(e.lockId()).isPresent());
        time.advanceUntil(() -> store.record(KEY).isEmpty());
    }

    @Test
    void oneBehindAHeadWithoutAnswerIsToldOfAnUnknownHolder() {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 100; i++) {
            store.fault(Op.CREATE, FakeStore.hang(never));
        }
        Future<HeldLock> head = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        Future<HeldLock> behind = inBackground(() -> manager.acquire(KEY, LockOptions.operation("test")));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(behind))
                .havingCause()
                .isInstanceOfSatisfying(
                        LockHeldException.class,
                        e -> assertThat(e.holder().version()).isEmpty());
        assertThat(head).isNotDone();
        never.countDown();
    }

    @Test
    void oneWhoDoesNotWaitIsToldAtOnceWhatTheHeadKnows() throws Exception {
        ObservedLock them = store.put(KEY, "them", Optional.empty());
        inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 0);
        int requests = store.count(Op.CREATE) + store.count(Op.OBSERVE);
        Future<LockAttempt> behind = inBackground(() -> manager.tryAcquire(KEY, LockOptions.operation("test")));
        ManualTime.await(behind::isDone);
        assertThat(behind.get())
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder()).isEqualTo(them));
        assertThat(store.count(Op.CREATE) + store.count(Op.OBSERVE)).isEqualTo(requests);
    }

    @Test
    void aWaiterPausesBetweenItsLooksAndTellsItsListener() throws Exception {
        store.put(KEY, "them", Optional.empty());
        List<ObservedLock> told = new CopyOnWriteArrayList<>();
        LockOptions options = waiting(Duration.ofMinutes(1)).toBuilder()
                .listener(new LockListener() {
                    @Override
                    public void waiting(ObservedLock holder, Duration elapsed) {
                        told.add(holder);
                    }
                })
                .build();
        time.advanceUntil(inBackground(() -> manager.acquire(KEY, options))::isDone);
        assertThat(store.count(Op.CREATE)).isEqualTo(1);
        assertThat(store.count(Op.OBSERVE)).isBetween(25, 120);
        assertThat(told).isNotEmpty().allMatch(holder -> holder.hasId("them"));
    }

    @Test
    void aLockThatGoesFromHandToHandIsAskedForByCreates() throws Exception {
        store.put(KEY, "first", Optional.empty());
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 5);
        store.put(KEY, "second", Optional.empty());
        time.advanceUntil(() -> store.count(Op.CREATE) > 1);
        int looks = store.count(Op.OBSERVE);
        time.advanceUntil(() -> store.count(Op.OBSERVE) > looks); // the holder stays: looks are enough again
        assertThat(store.count(Op.CREATE)).isEqualTo(2);
        store.remove(KEY);
        time.advanceUntilDone(lock);
    }

    @Test
    void thoseInTheQueueEndWhenTheEngineClosesAlsoBehindAHungHead() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, FakeStore.hang(answer));
        inBackground(this::lock);
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        Future<HeldLock> behind = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        ManualTime.await(time.workers()::areAtRest);
        inBackground(() -> {
            manager.close();
            return true;
        });
        ManualTime.await(behind::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(behind::get)
                .withCauseInstanceOf(IllegalStateException.class)
                .withMessageContaining("closed");
        answer.countDown();
    }

    @Test
    void aHeadThatTakesNothingOverLetsOneBehindTakeADeadHoldersLock() throws Exception {
        store.put(KEY, "dead", Optional.of(LEASE));
        LockOptions cautious =
                waiting(Duration.ofHours(10)).toBuilder().takeOver(false).build();
        Future<HeldLock> head = inBackground(() -> manager.acquire(KEY, cautious));
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        Future<HeldLock> second = inBackground(() -> manager.acquire(KEY, cautious));
        ManualTime.await(time.workers()::areAtRest);
        Future<HeldLock> third = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofHours(1))));
        long start = time.nanos();
        HeldLock heir = time.advanceUntilDone(third);
        assertThat(since(start))
                .isBetween(LEASE.plus(MARGIN), LEASE.plus(MARGIN).plusSeconds(3));
        assertThat(store.count(Op.TAKE_OVER)).isEqualTo(1);
        assertThat(head).isNotDone();
        heir.release();
        HeldLock next = time.advanceUntilDone(head);
        assertThat(second).isNotDone();
        next.release();
        time.advanceUntilDone(second).release();
    }

    /** The heir gives up: the head has its turn again. */
    @Test
    void aTurnThatWasPassedOnComesBackWhenTheHeirGivesUp() throws Exception {
        store.put(KEY, "dead", Optional.of(LEASE));
        LockOptions cautious =
                waiting(Duration.ofHours(10)).toBuilder().takeOver(false).build();
        Future<HeldLock> head = inBackground(() -> manager.acquire(KEY, cautious));
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.TAKE_OVER, FakeStore.refused(new BackendUnavailableException("SlowDown", null)));
        }
        Future<HeldLock> heir = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(1))));
        time.advanceUntil(heir::isDone);
        store.remove(KEY);
        assertThat(time.advanceUntilDone(head).key()).isEqualTo(KEY);
    }
}
