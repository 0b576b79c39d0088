package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LeaseTest extends EngineTest {

    @Test
    void theDeadlineCountsFromBeforeTheCreateWasSent() throws Exception {
        store.fault(Op.CREATE, request -> {
            Object answer = request.send();
            time.pass(Duration.ofSeconds(4)); // the answer is slow
            return answer;
        });
        HeldLock lock = lock();
        assertThat(lock.remaining()).contains(LEASE.minus(MARGIN).minusSeconds(4));
    }

    @Test
    void aRenewalCountsFromItsSendAndNotFromItsReply() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RENEW, request -> {
            Object answer = request.send();
            time.pass(Duration.ofSeconds(5));
            return answer;
        });
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> store.count(Op.RENEW) == 1 && store.isIdle());
        ManualTime.await(() -> lock.remaining().orElseThrow().compareTo(Duration.ofSeconds(20)) > 0);
        assertThat(lock.remaining().orElseThrow())
                .isLessThanOrEqualTo(LEASE.minus(MARGIN).minusSeconds(5));
    }

    @Test
    void renewalsKeepALockForManyLeases() throws Exception {
        HeldLock lock = lock();
        time.advanceUntil(() -> store.count(Op.RENEW) >= 10);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        lock.release();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void aLockIsLostAtItsDeadlineEvenWhileARenewalHangs() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        HeldLock lock = lock();
        long start = time.nanos();
        AtomicLong toldAt = new AtomicLong();
        lock.onLost(reason -> toldAt.set(time.nanos()));
        for (int i = 0; i < 10; i++) {
            store.fault(Op.RENEW, FakeStore.hang(never));
        }
        time.advance(LEASE.minus(MARGIN).minusMillis(1));
        assertThat(lock.status()).isEqualTo(LockStatus.AT_RISK);
        time.advance(Duration.ofMillis(1));
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        ManualTime.await(() -> toldAt.get() != 0);
        assertThat(Duration.ofNanos(toldAt.get() - start))
                .isLessThanOrEqualTo(LEASE.minus(MARGIN).plusMillis(100));
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::ensureHeld);
        never.countDown();
    }

    @Test
    void aRenewalThatTheStoreAcceptsAfterTheDeadlineRevivesNothingAndIsGivenBack() throws Exception {
        CountDownLatch late = new CountDownLatch(1);
        HeldLock lock = lock();
        store.fault(Op.RENEW, request -> {
            FakeStore.awaitLatch(late);
            return request.send();
        });
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> store.count(Op.RENEW) == 1);
        time.pass(Duration.ofSeconds(20)); // the process does not run: no timer has told it of the deadline yet
        late.countDown();
        ManualTime.await(() -> store.record(KEY).isEmpty());
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
    }

    @Test
    void anUnansweredRenewalThatWasAppliedIsRecognizedAndTheLockStaysHeld() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RENEW, FakeStore.lost(new RenewOutcome.Unknown(new IOException("reset"))));
        time.advanceUntil(() -> store.count(Op.RENEW) >= 3);
        ManualTime.await(() -> lock.status() == LockStatus.HELD);
        assertThat(lock.remaining().orElseThrow()).isGreaterThan(Duration.ofSeconds(20));
    }

    @Test
    void aTakenOverLockIsLostByTheFirstRenewalThatProvesIt() throws Exception {
        HeldLock lock = lock();
        store.put(KEY, "somebody-else", Optional.of(LEASE));
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> lock.status() == LockStatus.LOST);
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(lock::release)
                .withMessageContaining("them@there");
        assertThat(store.record(KEY)).isPresent();
    }

    @Test
    void aSuspendedMachineAsksTheStoreBeforeItGoesOn() throws Exception {
        HeldLock lock = lock();
        store.put(KEY, "somebody-else", Optional.of(LEASE)); // while this machine slept
        time.suspend(Duration.ofHours(1));
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::ensureHeld);
        assertThat(store.count(Op.RENEW)).isEqualTo(1);
    }

    @Test
    void aSuspendedMachineWhoseLockIsStillTheirsGoesOn() throws Exception {
        HeldLock lock = lock();
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.RENEW, FakeStore.hang(answer));
        time.suspend(Duration.ofHours(1));
        assertThat(lock.status()).isEqualTo(LockStatus.AT_RISK);
        answer.countDown();
        lock.ensureHeld();
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aWallClockThatJumpsBackMeansNothing() throws Exception {
        HeldLock lock = lock();
        time.suspend(Duration.ofHours(-1));
        lock.ensureHeld();
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        assertThat(store.count(Op.RENEW)).isZero();
    }

    @Test
    void maxHoldEndsTheRenewals() throws Exception {
        LockOptions options =
                LockOptions.builder().maxHold(Duration.ofSeconds(25)).build();
        HeldLock lock = manager.acquire(KEY, options);
        time.advanceUntil(() -> lock.status() == LockStatus.LOST);
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(lock::ensureHeld)
                .withMessageContaining("maxHold");
    }

    @Test
    void afterMaxHoldNoRenewalDecidesSoThatASuspendedMachineIsToldAtOnce() throws Exception {
        LockOptions options = LockOptions.builder()
                .lease(Duration.ofHours(1))
                .maxHold(Duration.ofMinutes(10))
                .build();
        HeldLock lock = manager.acquire(KEY, options);
        time.advance(Duration.ofMinutes(11));
        lock.ensureHeld();
        time.suspend(Duration.ofMinutes(7));
        Future<?> asked = inBackground(() -> {
            lock.ensureHeld();
            return true;
        });
        ManualTime.await(asked::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(asked::get)
                .withCauseInstanceOf(BackendUnavailableException.class)
                .withMessageContaining("maxHold is over");
        assertThat(store.count(Op.RENEW)).isZero();
        time.advance(Duration.ofHours(1));
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::ensureHeld);
    }

    @Test
    void afterMaxHoldTheRenewalUnderWayStillDecides() throws Exception {
        LockOptions options =
                LockOptions.builder().maxHold(Duration.ofSeconds(10)).build();
        HeldLock lock = manager.acquire(KEY, options);
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.RENEW, request -> {
            FakeStore.awaitLatch(answer);
            return request.send();
        });
        time.suspend(Duration.ofMinutes(1));
        assertThat(lock.status()).isEqualTo(LockStatus.AT_RISK);
        ManualTime.await(() -> store.count(Op.RENEW) == 1);
        time.pass(Duration.ofSeconds(10));
        AtomicReference<Thread> asking = new AtomicReference<>();
        Future<?> asked = inBackground(() -> {
            asking.set(Thread.currentThread());
            lock.ensureHeld();
            return true;
        });
        ManualTime.await(() -> asking.get() != null && asking.get().getState() == Thread.State.WAITING);
        answer.countDown();
        asked.get();
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void anAnswerSlowerThanTheLeaseIsNotBelievedWithoutARenewal() throws Exception {
        store.fault(Op.CREATE, request -> {
            Object answer = request.send();
            time.pass(Duration.ofSeconds(6));
            return answer;
        });
        LockOptions options = LockOptions.builder().lease(Duration.ofSeconds(5)).build();
        HeldLock lock = manager.acquire(KEY, options);
        assertThat(store.count(Op.RENEW)).isEqualTo(1);
        assertThat(lock.remaining()).contains(Duration.ofSeconds(4));
    }

    @Test
    void anOwnRecordFoundTooLateAndAlreadyTakenOverIsNotOurs() throws Exception {
        store.fault(Op.CREATE, request -> {
            AcquireOutcome.Acquired answer = (AcquireOutcome.Acquired) request.send();
            time.pass(Duration.ofSeconds(40));
            store.put(KEY, "somebody-else", Optional.of(LEASE));
            return answer;
        });
        assertThat(manager.tryAcquire(KEY, LockOptions.operation("test")))
                .isInstanceOfSatisfying(
                        LockAttempt.Held.class,
                        held -> assertThat(held.holder().hasId("somebody-else")).isTrue());
    }

    @Test
    void theListenerHearsOfRiskLossAndRenewalInOrder() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        LockOptions options = LockOptions.builder()
                .listener(new LockListener() {
                    @Override
                    public void acquired(HeldLock lock) {
                        heard.add("acquired");
                        throw new IllegalStateException("a listener's own trouble");
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
                    public void lost(HeldLock lock, LockLostException reason) {
                        heard.add("lost");
                    }

                    @Override
                    public void takenOver(HeldLock lock, ObservedLock from) {
                        heard.add("takenOver");
                    }
                })
                .build();
        HeldLock lock = manager.acquire(KEY, options);
        time.advanceUntil(() -> store.count(Op.RENEW) == 1 && store.isIdle());
        for (int i = 0; i < 100; i++) {
            store.fault(Op.RENEW, FakeStore.cut(new RenewOutcome.Unknown(new IOException("no route"))));
        }
        time.advanceUntil(() -> lock.status() == LockStatus.LOST);
        ManualTime.await(() -> heard.contains("lost"));
        assertThat(heard).containsExactly("acquired", "renewed", "atRisk", "lost");
    }
}
