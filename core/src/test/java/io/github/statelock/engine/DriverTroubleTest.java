package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drivers that fail in ways they should not. */
class DriverTroubleTest extends EngineTest {

    @Test
    void anErrorOfADriverLeavesTheKeyFreeForTheNextOfThisProcess() throws Exception {
        store.fault(Op.CREATE, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        Future<HeldLock> broken = inBackground(this::lock);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(broken::get)
                .withCauseInstanceOf(NoClassDefFoundError.class);
        Future<HeldLock> next = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(1))));
        assertThat(time.advanceUntilDone(next).status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void anErrorAfterAnInterruptLeavesTheKeyFreeToo() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, request -> {
            FakeStore.awaitLatch(answer);
            throw new StackOverflowError();
        });
        Future<HeldLock> broken = inBackground(this::lock);
        ManualTime.await(() -> store.count(Op.CREATE) == 1);
        broken.cancel(true);
        answer.countDown();
        Future<HeldLock> next = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofMinutes(1))));
        assertThat(time.advanceUntilDone(next).status()).isEqualTo(LockStatus.HELD);
    }

    @ParameterizedTest
    @EnumSource(
            value = Op.class,
            names = {"RENEW", "FENCE"})
    void anErrorWhileALockIsConfirmedGivesItBack(Op op) throws Exception {
        store.fault(op, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        store.fault(Op.CREATE, request -> {
            Object answer = request.send();
            time.pass(Duration.ofSeconds(11)); // so late that a renewal must confirm it
            return answer;
        });
        LockOptions options =
                LockOptions.builder().operation("test").fencing(true).build();
        Future<HeldLock> broken = inBackground(() -> manager.acquire(KEY, options));
        time.advanceUntil(broken::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(broken::get)
                .withCauseInstanceOf(NoClassDefFoundError.class);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void anErrorInARenewalPutsTheLockAtRiskAndIsSentAgain() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RENEW, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> lock.status() == LockStatus.AT_RISK);
        time.advanceUntil(() -> lock.status() == LockStatus.HELD);
    }

    @Test
    void anErrorInAReleaseIsSentAgain() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        Future<?> released = inBackground(() -> {
            lock.release();
            return true;
        });
        time.advanceUntilDone(released);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void anErrorOnTheWayToARepeatedReleaseIsTriedAgain() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, FakeStore.refused(new BackendUnavailableException("SlowDown", null)));
        store.fault(Op.PATH, FakeStore.Request::send);
        store.fault(Op.PATH, FakeStore.broken(new OutOfMemoryError("unable to create native thread")));
        Future<?> released = inBackground(() -> {
            lock.release();
            return true;
        });
        time.advanceUntilDone(released);
        assertThat(store.count(Op.RELEASE)).isEqualTo(2);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void anErrorWhileARecordIsComparedEndsTheForceUnlock() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.IDENTIFY, FakeStore.Request::send);
        store.fault(Op.IDENTIFY, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        store.fault(Op.BREAK, request -> {
            store.put(KEY, lock.info().id(), Optional.of(LEASE)); // a renewal comes first
            return request.send();
        });
        Future<Boolean> forced =
                inBackground(() -> manager.forceUnlock(KEY, lock.info().id()));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> forced.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(NoClassDefFoundError.class);
    }

    /** As where memory or threads are short at the wrong moment. */
    @Test
    void aReleaseWhoseNextAttemptGetsLostEndsAllTheSame() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, request -> {
            time.dropNext();
            throw new BackendUnavailableException("SlowDown", null);
        });
        Future<?> released = inBackground(() -> {
            lock.release();
            return true;
        });
        time.advanceUntil(released::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(released::get)
                .withCauseInstanceOf(OutcomeUnknownException.class);
        time.advanceUntil(() -> store.all().isEmpty());
    }

    @Test
    void aDeniedReleaseCanBeRepeatedHoweverFastTheDenialCame() throws Exception {
        for (int i = 0; i < 500; i++) {
            HeldLock lock = lock();
            store.fault(Op.RELEASE, FakeStore.refused(new BackendDeniedException("no dynamodb:DeleteItem", null)));
            assertThatExceptionOfType(BackendDeniedException.class).isThrownBy(lock::release);
            lock.release();
            assertThat(store.record(KEY)).as("after attempt %d", i).isEmpty();
        }
    }

    @Test
    void aSweepWhoseReadHangsSaysThatTheStoreIsUnavailable() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        store.put(KEY, "them", Optional.of(LEASE));
        store.fault(Op.OBSERVE, FakeStore.hang(never));
        Future<?> sweep = inBackground(() -> manager.sweep(""));
        time.advanceUntil(sweep::isDone);
        never.countDown();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(sweep::get)
                .withCauseInstanceOf(StatelockException.class)
                .withCauseInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void aHolderInThisProcessIsNeverSaidToBeDead() throws Exception {
        lock();
        for (int minutes = 0; minutes < 3; minutes++) {
            assertThatExceptionOfType(LockHeldException.class)
                    .isThrownBy(() -> manager.acquire(KEY, LockOptions.operation("another")))
                    .withMessageContaining("the holder is alive");
            long until = time.nanos() + Duration.ofMinutes(1).toNanos();
            time.advanceUntil(() -> time.nanos() - until >= 0);
        }
    }

    @Test
    void aWaitAndAHoldWithoutBoundAreNoTrouble() throws Exception {
        LockOptions options = LockOptions.builder()
                .waitUpTo(Duration.ofSeconds(Long.MAX_VALUE))
                .maxHold(Duration.ofSeconds(Long.MAX_VALUE))
                .build();
        HeldLock lock = manager.acquire(KEY, options);
        time.advanceUntil(() -> store.count(Op.RENEW) >= 3);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        lock.release();
    }

    @Test
    void keysOfOneStoreAreLockedSideBySide() throws Exception {
        List<HeldLock> locks = List.of(lock(), manager.acquire(StateKey.of("another"), LockOptions.operation("test")));
        assertThat(locks).extracting(HeldLock::status).containsOnly(LockStatus.HELD);
    }
}
