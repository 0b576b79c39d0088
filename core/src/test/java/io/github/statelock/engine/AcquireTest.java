package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class AcquireTest extends EngineTest {

    private static final AcquireOutcome UNKNOWN = new AcquireOutcome.Unknown(new IOException("reset"));

    @Test
    void aRepeatedRequestOfAClientWaitsForTheFirstToDetachAndIsNotRefusedByItsOwnRecord() throws Exception {
        LockInfo client = new LockInfo("its-id", "apply", "", "client@host", "1.0", Instant.EPOCH, "");
        LockOptions options = LockOptions.builder().recordAs(client).build();
        HeldLock first = manager.acquire(KEY, options);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        Future<LockAttempt> repeated = inBackground(() -> {
            waiting.set(Thread.currentThread());
            return manager.tryAcquire(KEY, options);
        });
        ManualTime.await(() ->
                repeated.isDone() || (waiting.get() != null && waiting.get().getState() == Thread.State.WAITING));
        first.detach();
        LockAttempt attempt = time.advanceUntilDone(repeated);
        assertThat(attempt).isInstanceOf(LockAttempt.Acquired.class);
    }

    @Test
    void anUncontendedLockTakesOneRequestAndItsReleaseOne() throws Exception {
        lock().release();
        assertThat(store.count(Op.CREATE)).isEqualTo(1);
        assertThat(store.count(Op.RELEASE)).isEqualTo(1);
        assertThat(store.count(Op.OBSERVE) + store.count(Op.RENEW) + store.count(Op.BREAK))
                .isZero();
    }

    @Test
    void ourOwnRecordIsNotSomebodyElsesLock() throws Exception {
        store.fault(Op.CREATE, FakeStore.lost(UNKNOWN));
        Future<HeldLock> lock = inBackground(this::lock);
        assertThat(time.advanceUntilDone(lock).status()).isEqualTo(LockStatus.HELD);
        assertThat(store.count(Op.CREATE)).isEqualTo(2);
    }

    @Test
    void aCreateThatNeverArrivedIsSentAgainWithTheSameId() throws Exception {
        store.fault(Op.CREATE, FakeStore.cut(UNKNOWN));
        Future<HeldLock> lock = inBackground(this::lock);
        assertThat(store.record(KEY).flatMap(ObservedLock::info)).isEqualTo(Optional.empty());
        HeldLock held = time.advanceUntilDone(lock);
        assertThat(store.record(KEY).orElseThrow().hasId(held.info().id())).isTrue();
    }

    @Test
    void withoutAnyAnswerTheOutcomeIsUnknownAndNamesTheId() {
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.CREATE, FakeStore.cut(UNKNOWN));
        }
        Future<HeldLock> lock = inBackground(this::lock);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .havingCause()
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        e -> assertThat(e.lockId()).isPresent());
    }

    @Test
    void aCreateThatArrivesLaterIsAGhostAndIsRemoved() throws Exception {
        List<Runnable> late = new CopyOnWriteArrayList<>();
        store.fault(Op.CREATE, request -> {
            late.add(request::send);
            return UNKNOWN;
        });
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.CREATE, FakeStore.cut(UNKNOWN));
        }
        Future<HeldLock> lock = inBackground(this::lock);
        time.advanceUntil(lock::isDone);
        late.get(0).run();
        assertThat(store.record(KEY)).isPresent();
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
    }

    @Test
    void aGhostOfAReleasedLockIsRemovedWhenItMakesTheStoreRefuse() throws Exception {
        List<Runnable> late = new CopyOnWriteArrayList<>();
        store.fault(Op.CREATE, request -> {
            late.add(request::send);
            return UNKNOWN;
        });
        time.advanceUntilDone(inBackground(this::lock)).release();
        late.get(0).run();
        assertThat(store.record(KEY)).isPresent();
        lock();
    }

    @Test
    void aHungCallEndsWithinItsDeadline() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 10; i++) {
            store.fault(Op.CREATE, FakeStore.hang(never));
        }
        long start = time.nanos();
        Future<HeldLock> lock = inBackground(this::lock);
        time.advanceUntil(lock::isDone);
        assertThat(Duration.ofNanos(time.nanos() - start)).isLessThan(Duration.ofSeconds(21));
        never.countDown();
    }

    @Test
    void aDeadHoldersLockIsTakenOverAfterLeaseAndMarginAndNotBefore() throws Exception {
        store.put(KEY, "dead", Optional.of(LEASE));
        long start = time.nanos();
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        HeldLock held = time.advanceUntilDone(lock);
        assertThat(Duration.ofNanos(time.nanos() - start))
                .isGreaterThanOrEqualTo(LEASE.plus(MARGIN))
                .isLessThan(LEASE.plus(MARGIN).plusSeconds(20)); // threads that are starved overshoot
        assertThat(store.count(Op.TAKE_OVER)).isEqualTo(1);
        held.release();
    }

    @Test
    void aHolderIsSeenAliveOnceItsRecordHasChangedUnderItsId() {
        store.put(KEY, "them", Optional.of(LEASE));
        assertThat(refused().seenAlive()).isFalse();
        assertThat(refused().seenAlive()).as("unchanged").isFalse();
        store.put(KEY, "them", Optional.of(LEASE));
        assertThat(refused().seenAlive()).as("renewed").isTrue();
        assertThat(refused().seenAlive()).as("since").isTrue();
        store.put(KEY, "others", Optional.of(LEASE));
        assertThat(refused().seenAlive()).as("somebody else's").isFalse();
    }

    private LockHeldException refused() {
        return catchThrowableOfType(
                LockHeldException.class, () -> manager.acquire(KEY, LockOptions.operation("apply")));
    }

    @Test
    void aRecordCountsFromTheReceiptOfTheAnswerThatShowedIt() throws Exception {
        // The request is sent now; the record it shows is written 8 s later, while the answer is on its way.
        store.put(KEY, "first", Optional.of(LEASE));
        store.fault(Op.CREATE, request -> {
            time.pass(Duration.ofSeconds(8));
            store.put(KEY, "alive", Optional.of(LEASE));
            return request.send();
        });
        long start = time.nanos();
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntilDone(lock);
        assertThat(Duration.ofNanos(time.nanos() - start))
                .isGreaterThanOrEqualTo(LEASE.plus(MARGIN).plusSeconds(8));
    }

    @Test
    void aReadSentBeforeTheTimeWasOverConfirmsNothing() throws Exception {
        store.put(KEY, "old", Optional.of(LEASE));
        manager.tryAcquire(KEY, LockOptions.operation("test"));
        time.pass(LEASE.plus(MARGIN).minusSeconds(1));
        store.fault(Op.CREATE, request -> {
            Object answer = request.send();
            time.pass(Duration.ofSeconds(2)); // sent before, received after
            return answer;
        });
        assertThat(manager.tryAcquire(KEY, LockOptions.operation("test"))).isInstanceOf(LockAttempt.Held.class);
        assertThat(store.count(Op.TAKE_OVER)).isZero();
        assertThat(manager.tryAcquire(KEY, LockOptions.operation("test"))).isInstanceOf(LockAttempt.Acquired.class);
    }

    @Test
    void aRenewalStartsTheWatchAnew() throws Exception {
        store.put(KEY, "alive", Optional.of(LEASE));
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        for (int i = 0; i < 5; i++) {
            long until = time.nanos() + Duration.ofSeconds(20).toNanos();
            time.advanceUntil(() -> time.nanos() - until >= 0);
            store.put(KEY, "alive", Optional.of(LEASE));
        }
        assertThat(store.count(Op.TAKE_OVER)).isZero();
        time.advanceUntilDone(lock);
    }

    @Test
    void aRecordWithoutLeaseIsNeverTakenOver() {
        store.put(KEY, "terraform", Optional.empty());
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(1))));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .withCauseInstanceOf(LockHeldException.class)
                .withMessageContaining("them@there");
        assertThat(store.count(Op.TAKE_OVER)).isZero();
    }

    @Test
    void takeOverCanBeSwitchedOff() throws Exception {
        store.put(KEY, "dead", Optional.of(LEASE));
        LockOptions options =
                waiting(Duration.ofMinutes(2)).toBuilder().takeOver(false).build();
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, options));
        time.advanceUntil(lock::isDone);
        assertThat(store.count(Op.TAKE_OVER)).isZero();
    }

    @Test
    void anUnansweredTakeoverThatWasAppliedIsOurs() throws Exception {
        ObservedLock dead = store.put(KEY, "dead", Optional.of(LEASE));
        store.fault(Op.TAKE_OVER, FakeStore.lost(UNKNOWN));
        AtomicReference<ObservedLock> from = new AtomicReference<>();
        LockOptions options = waiting(Duration.ofMinutes(5)).toBuilder()
                .listener(new LockListener() {
                    @Override
                    public void takenOver(HeldLock lock, ObservedLock old) {
                        from.set(old);
                    }
                })
                .build();
        HeldLock held = time.advanceUntilDone(inBackground(() -> manager.acquire(KEY, options)));
        assertThat(held.status()).isEqualTo(LockStatus.HELD);
        ManualTime.await(() -> from.get() != null);
        assertThat(from).hasValue(dead);
    }

    @Test
    void theLockIsTakenWhenTheHolderReleasesIt() throws Exception {
        store.put(KEY, "them", Optional.empty());
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 3);
        store.remove(KEY);
        time.advanceUntilDone(lock);
        assertThat(store.count(Op.CREATE)).isEqualTo(2);
    }

    @Test
    void aDenialEndsTheWaitAtOnce() {
        store.put(KEY, "them", Optional.empty());
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 1);
        store.fault(Op.CREATE, FakeStore.refused(new BackendDeniedException("no s3:PutObject", null)));
        store.remove(KEY);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(lock))
                .withCauseInstanceOf(BackendDeniedException.class);
    }

    @Test
    void aDeniedReadIsNoDenialOfTheLock() throws Exception {
        store.put(KEY, "them", Optional.empty());
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 1);
        store.remove(KEY);
        store.fault(Op.OBSERVE, FakeStore.refused(new BackendDeniedException("no s3:ListBucket", null)));
        time.advanceUntilDone(lock);
    }

    @Test
    void throttlingIsWaitedFor() throws Exception {
        for (int i = 0; i < 5; i++) {
            store.fault(Op.CREATE, FakeStore.refused(new BackendUnavailableException("SlowDown", null)));
        }
        time.advanceUntilDone(inBackground(this::lock));
        assertThat(store.count(Op.CREATE)).isEqualTo(6);
    }

    /** Whatever the pauses come to: a last request for which no time is left would hide the reason. */
    @RepeatedTest(30)
    void throttlingWithoutEndIsUnavailableForItsOwnReason() {
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.CREATE, FakeStore.refused(new BackendUnavailableException("SlowDown", null)));
        }
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        // Every request on the thread that asks for it: that one waits in its pauses only.
        EngineThreads threads = new EngineThreads(options, pool -> Runnable::run);
        DriverLockManager throttled = new DriverLockManager(store, options, threads);
        FutureTask<HeldLock> lock = new FutureTask<>(() -> throttled.acquire(KEY, LockOptions.operation("test")));
        Thread acquiring = new Thread(lock);
        acquiring.start();
        time.advanceWhileWaits(acquiring, lock::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(lock::get)
                .havingCause()
                .isInstanceOf(BackendUnavailableException.class)
                .withMessage("SlowDown");
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void anInterruptEndsTheWaitAndGivesBackWhatWasTakenMeanwhile() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, request -> {
            Object taken = request.send();
            FakeStore.awaitLatch(answer);
            return taken;
        });
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                manager.acquire(KEY, waiting(Duration.ofMinutes(5)));
            } catch (InterruptedException e) {
                thrown.set(e);
            }
        });
        waiter.start();
        ManualTime.await(() -> store.record(KEY).isPresent());
        waiter.interrupt();
        ManualTime.await(() -> !waiter.isInterrupted()); // it has noticed
        answer.countDown();
        waiter.join(30_000);
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void threadsOfOneManagerQueueAndOnlyTheHeadAsksTheStore() throws Exception {
        HeldLock first = lock();
        Future<HeldLock> second = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        Future<HeldLock> third = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(5))));
        long until = time.nanos() + Duration.ofSeconds(5).toNanos();
        time.advanceUntil(() -> time.nanos() - until >= 0);
        assertThat(store.count(Op.CREATE)).isEqualTo(1);
        assertThat(store.count(Op.OBSERVE)).isZero();
        first.release();
        time.advanceUntil(() -> second.isDone() || third.isDone());
        assertThat(store.count(Op.CREATE)).isEqualTo(2);
    }

    @Test
    void aSecondAttemptOfTheSameProcessSeesItsOwnHolderWithoutARequest() throws Exception {
        HeldLock first = lock();
        LockAttempt second = manager.tryAcquire(KEY, LockOptions.operation("test"));
        assertThat(second)
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder().hasId(first.info().id()))
                                .isTrue());
        assertThat(store.count(Op.CREATE)).isEqualTo(1);
    }

    @Test
    void aTokenWhoseLockWasTakenOverMeanwhileIsNotReturned() throws Exception {
        store.fault(Op.FENCE, request -> {
            Object drawn = request.send();
            store.put(KEY, "successor", Optional.of(LEASE)); // took over while the counter was raised
            return drawn;
        });
        LockOptions options = LockOptions.builder().fencing(true).build();
        assertThat(manager.tryAcquire(KEY, options))
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder().hasId("successor")).isTrue());
    }

    @Test
    void aTokenIsConfirmedByARenewalThatSucceeds() throws Exception {
        store.fault(Op.RENEW, FakeStore.lost(new RenewOutcome.Unknown(new TimeoutException())));
        LockOptions options = LockOptions.builder().fencing(true).build();
        HeldLock lock = time.advanceUntilDone(inBackground(() -> manager.acquire(KEY, options)));
        assertThat(lock.fencingToken()).isPresent();
        assertThat(store.count(Op.RENEW)).isEqualTo(3);
    }

    @Test
    void aHolderThatVanishedBetweenRefusalAndReadIsNoError() throws Exception {
        store.fault(Op.CREATE, FakeStore.cut(new AcquireOutcome.HolderGone()));
        assertThat(lock().status()).isEqualTo(LockStatus.HELD);
    }
}
