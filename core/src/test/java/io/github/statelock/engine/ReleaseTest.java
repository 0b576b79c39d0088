package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.ReleaseOutcome;
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
import org.junit.jupiter.api.Test;

class ReleaseTest extends EngineTest {

    private static final ReleaseOutcome UNKNOWN = new ReleaseOutcome.Unknown(new IOException("reset"));

    private final List<String> heard = new CopyOnWriteArrayList<>();

    @Test
    void aReleaseWhoseAnswerWasLostIsARelease() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, FakeStore.lost(UNKNOWN));
        time.advanceUntilDone(inBackground(() -> release(lock)));
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(store.count(Op.RELEASE)).isEqualTo(2);
    }

    @Test
    void aReleaseThatNeverArrivedIsSentAgain() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, FakeStore.cut(UNKNOWN));
        time.advanceUntilDone(inBackground(() -> release(lock)));
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void aReleaseAfterAnUnansweredRenewalDeletesWhatItReads() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RENEW, FakeStore.lost(new RenewOutcome.Unknown(new IOException("reset"))));
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> lock.status() == LockStatus.AT_RISK);
        time.advanceUntilDone(inBackground(() -> release(lock)));
        assertThat(store.record(KEY)).isEmpty();
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
    }

    @Test
    void aReleaseOfAForcedLockSaysThatItWasLost() throws Exception {
        HeldLock lock = lock();
        store.remove(KEY);
        assertThatExceptionOfType(LockLostException.class).isThrownBy(lock::release);
        lock.release(); // the second call has nothing to say any more
    }

    @Test
    void aReleaseOfATakenOverLockTouchesNobodyElses() throws Exception {
        HeldLock lock = lock();
        ObservedLock theirs = store.put(KEY, "them", Optional.of(LEASE));
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(lock::close)
                .withMessageContaining("them@there");
        assertThat(store.record(KEY)).contains(theirs);
    }

    @Test
    void aReleaseWithoutAnswerIsUnknownAndGoesOnInTheBackground() throws Exception {
        HeldLock lock = lock();
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.RELEASE, FakeStore.cut(UNKNOWN));
        }
        Future<Boolean> released = inBackground(() -> release(lock));
        time.advanceUntil(released::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(released::get)
                .withCauseInstanceOf(OutcomeUnknownException.class);
        time.advanceUntil(() -> store.record(KEY).isEmpty());
    }

    @Test
    void aReleaseThatWasNotServedGoesOnInTheBackground() throws Exception {
        HeldLock lock = notServedRelease();
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(store.record(KEY)).isPresent();
        store.heal();
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        lock.release(); // finds it gone, as it should
    }

    @Test
    void aReleaseThatWasNotServedGoesOnForAsLongAsTheStoreIsAway() throws Exception {
        notServedRelease();
        store.faultAll(Op.OBSERVE, FakeStore.refused(new BackendUnavailableException("SlowDown", null)));
        time.advanceOverTasks(Duration.ofMinutes(20));
        assertThat(store.record(KEY)).isPresent();
        store.heal();
        time.advanceOverTasks(Duration.ofMinutes(20));
        assertThat(store.record(KEY)).isEmpty();
        assertThat(time.scheduled()).isZero();
        assertThat(heard).containsExactly("released");
    }

    @Test
    void aReleaseThatWasNotServedCanBeRepeated() throws Exception {
        HeldLock lock = notServedRelease();
        CountDownLatch answer = new CountDownLatch(1);
        store.heal();
        store.fault(Op.RELEASE, FakeStore.hang(answer));
        int before = store.count(Op.RELEASE);
        Future<Boolean> one = inBackground(() -> release(lock));
        ManualTime.await(() -> store.count(Op.RELEASE) == before + 1);
        Future<Boolean> another = inBackground(() -> release(lock));
        answer.countDown();
        assertThat(one.get() && another.get()).isTrue();
        assertThat(store.record(KEY)).isEmpty();
        release(lock);
        assertThat(store.count(Op.RELEASE)).isEqualTo(before + 1);
        ManualTime.await(() -> heard.contains("released"));
    }

    @Test
    void closingTheManagerReleasesWhatAnEarlierReleaseLeft() throws Exception {
        notServedRelease();
        store.heal();
        manager.close();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void closingTheManagerReleasesWhatAnUnansweredReleaseLeft() throws Exception {
        HeldLock lock = lock();
        store.faultAll(Op.RELEASE, FakeStore.cut(UNKNOWN)).faultAll(Op.BREAK, FakeStore.cut(UNKNOWN));
        Future<Boolean> released = inBackground(() -> release(lock));
        time.advanceUntil(released::isDone);
        store.heal();
        manager.close();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void theNextThreadRemovesWhatAReleaseLeftAndTakesTheLock() throws Exception {
        notServedRelease();
        store.heal();
        assertThat(lock().status()).isEqualTo(LockStatus.HELD);
    }

    /** A lock without lease, whose release met nothing but refusals to serve. */
    private HeldLock notServedRelease() throws Exception {
        HeldLock lock = manager.acquire(
                KEY, LockOptions.builder().noLease().listener(hearing()).build());
        FakeStore.Fault slowDown = FakeStore.refused(new BackendUnavailableException("SlowDown", null));
        store.faultAll(Op.RELEASE, slowDown).faultAll(Op.BREAK, slowDown);
        Future<Boolean> released = inBackground(() -> release(lock));
        time.advanceUntil(released::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(released::get)
                .withCauseInstanceOf(BackendUnavailableException.class)
                .withMessageContaining("SlowDown")
                .withMessageContaining("goes on trying");
        return lock;
    }

    @Test
    void theListenerIsToldWhatTheReleaseFound() throws Exception {
        LockOptions options = LockOptions.builder().listener(hearing()).build();
        manager.acquire(KEY, options).release();
        ManualTime.await(() -> heard.size() == 1);
        HeldLock gone = manager.acquire(KEY, options);
        store.remove(KEY);
        assertThatExceptionOfType(LockLostException.class).isThrownBy(gone::release);
        ManualTime.await(() -> heard.size() == 2);
        assertThat(heard).containsExactly("released", "lost: when it was released, its record was gone");
    }

    @Test
    void aDetachedLockIsLeftAsItIsAndItsPlaceInTheLineIsFree() throws Exception {
        HeldLock lock = manager.acquire(KEY, LockOptions.builder().noLease().build());
        lock.detach();
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        lock.release();
        assertThat(store.count(Op.RELEASE)).isZero();
        assertThatExceptionOfType(LockHeldException.class)
                .isThrownBy(() -> manager.acquire(KEY, LockOptions.operation("another")));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lock::detach);
        manager.close();
        assertThat(store.record(KEY)).isPresent();
    }

    @Test
    void aReleasedLockCannotBeDetached() throws Exception {
        HeldLock lock = manager.acquire(KEY, LockOptions.builder().noLease().build());
        store.fault(Op.RELEASE, FakeStore.refused(new BackendDeniedException("no dynamodb:DeleteItem", null)));
        assertThatExceptionOfType(BackendDeniedException.class).isThrownBy(lock::release);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lock::detach);
        lock.release();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lock::detach);
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void aDeniedReleaseIsTriedAgainByNobodyElse() throws Exception {
        HeldLock lock = lock();
        store.faultAll(Op.RELEASE, FakeStore.refused(new BackendDeniedException("no dynamodb:DeleteItem", null)));
        assertThatExceptionOfType(BackendDeniedException.class).isThrownBy(lock::release);
        ManualTime.await(() -> time.scheduled() == 0);
        manager.close();
        assertThat(store.count(Op.RELEASE)).isEqualTo(1);
    }

    @Test
    void aDeniedReleaseCanBeRepeated() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RELEASE, FakeStore.refused(new BackendDeniedException("no dynamodb:DeleteItem", null)));
        assertThatExceptionOfType(BackendDeniedException.class).isThrownBy(lock::release);
        assertThat(store.record(KEY)).isPresent();
        lock.release();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void aReleasedLockIsNotHeldAndNeverToldLost() throws Exception {
        List<LockLostException> told = new CopyOnWriteArrayList<>();
        HeldLock lock = lock();
        lock.onLost(told::add);
        lock.release();
        time.advance(Duration.ofMinutes(2));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lock::ensureHeld);
        assertThat(lock.remaining()).contains(Duration.ZERO);
        assertThat(told).isEmpty();
        assertThat(store.count(Op.RENEW)).isZero();
    }

    @Test
    void anInterruptedThreadStillReleasesAndKeepsItsFlag() throws Exception {
        HeldLock lock = lock();
        Thread.currentThread().interrupt();
        lock.release();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void closingTheManagerReleasesWhatIsHeldAndTakesNoMore() throws Exception {
        lock();
        manager.acquire(StateKey.of("another"), LockOptions.operation("test"));
        manager.close();
        assertThat(store.all()).isEmpty();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> manager.tryAcquire(KEY, LockOptions.operation("test")));
    }

    @Test
    void closingTheManagerEndsThoseWhoWait() throws Exception {
        store.put(KEY, "them", Optional.empty());
        Future<HeldLock> waiting = inBackground(() -> manager.acquire(KEY, waiting(Duration.ofHours(1))));
        time.advanceUntil(() -> store.count(Op.OBSERVE) > 0);
        manager.close();
        time.advanceUntil(waiting::isDone);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(waiting::get)
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aForceUnlockOfThisProcessLosesItsLockAtOnce() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        HeldLock lock = manager.acquire(
                KEY,
                LockOptions.builder()
                        .listener(new LockListener() {
                            @Override
                            public void forced(HeldLock forced) {
                                heard.add("forced");
                            }

                            @Override
                            public void lost(HeldLock gone, LockLostException reason) {
                                heard.add("lost");
                            }
                        })
                        .build());
        assertThat(newManager().forceUnlock(KEY, lock.info().id())).isTrue();
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        ManualTime.await(() -> heard.size() == 2);
        assertThat(heard).containsExactly("forced", "lost");
    }

    /** A client may use one ID for all that it locks. */
    @Test
    void aForceUnlockOfOneKeyTellsNothingToTheHolderOfAnotherUnderTheSameId() throws Exception {
        LockInfo client = new LockInfo("its-id", "apply", "", "client@host", "1.0", Instant.EPOCH, "");
        LockOptions options = LockOptions.builder().recordAs(client).build();
        HeldLock first = manager.acquire(KEY, options);
        HeldLock second = manager.acquire(StateKey.of("another"), options);
        assertThat(newManager().forceUnlock(KEY, "its-id")).isTrue();
        assertThat(first.status()).isEqualTo(LockStatus.LOST);
        assertThat(second.status()).isEqualTo(LockStatus.HELD);
        second.release();
    }

    @Test
    void aForceUnlockWithAnotherIdNamesTheHolderAndChangesNothing() {
        store.put(KEY, "them", Optional.empty());
        assertThatExceptionOfType(LockIdMismatchException.class)
                .isThrownBy(() -> manager.forceUnlock(KEY, "somebody"))
                .withMessageContaining("them@there");
        assertThat(store.record(KEY)).isPresent();
    }

    @Test
    void aForceUnlockOfNothingSaysSo() {
        assertThat(manager.forceUnlock(KEY, "somebody")).isFalse();
    }

    @Test
    void aForceUnlockReachesALockThatIsRenewedMeanwhile() {
        ObservedLock before = store.put(KEY, "them", Optional.of(LEASE));
        store.fault(Op.BREAK, request -> {
            store.put(KEY, "them", Optional.of(LEASE)); // a renewal comes first
            return request.send();
        });
        Future<Boolean> forced = inBackground(() -> manager.forceUnlock(KEY, "them"));
        time.advanceUntil(forced::isDone);
        assertThat(store.record(KEY)).isEmpty();
        assertThat(before.hasId("them")).isTrue();
    }

    @Test
    void aLeaseOutsideTheBoundsIsRefusedWithTheBounds() {
        LockOptions options = LockOptions.builder().lease(Duration.ofSeconds(3)).build();
        assertThatExceptionOfType(BackendMisconfiguredException.class)
                .isThrownBy(() -> manager.tryAcquire(KEY, options))
                .withMessageContaining("5 s");
        store.bounds = new LeaseBounds(Duration.ofSeconds(5), LeaseBounds.LONGEST, false, true, false);
        assertThatExceptionOfType(BackendMisconfiguredException.class)
                .isThrownBy(() -> manager.tryAcquire(KEY, LockOptions.operation("test")))
                .withMessageContaining("noLease");
        store.bounds = new LeaseBounds(Duration.ofSeconds(5), LeaseBounds.LONGEST, true, false, false);
        assertThatExceptionOfType(BackendMisconfiguredException.class)
                .isThrownBy(() ->
                        manager.tryAcquire(KEY, LockOptions.builder().noLease().build()));
    }

    @Test
    void hungRenewalsOfSomeLocksLeaveRoomAndThreads() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 60; i++) {
            manager.acquire(StateKey.of("key" + i), LockOptions.operation("test"));
        }
        store.fault(Op.RENEW, FakeStore.hang(never));
        time.advance(Duration.ofSeconds(10));
        ManualTime.await(() -> store.count(Op.RENEW) >= 60);
        time.advance(Duration.ofSeconds(15));
        ManualTime.await(() -> store.count(Op.RENEW) >= 119);
        never.countDown();
    }

    @Test
    void theCloseOfAServiceLeavesTheLockOfAClientThatDidNotAskForItsRelease() throws Exception {
        LockInfo client = new LockInfo("its-id", "apply", "", "client@host", "1.0", Instant.EPOCH, "");
        LockOptions options = LockOptions.builder().recordAs(client).build();
        manager.acquire(KEY, options);
        HeldLock another = manager.acquire(StateKey.of("another"), options);
        FakeStore.Fault slowDown = FakeStore.refused(new BackendUnavailableException("SlowDown", null));
        store.faultAll(Op.RELEASE, slowDown).faultAll(Op.BREAK, slowDown);
        Future<Boolean> released = inBackground(() -> release(another));
        time.advanceUntil(released::isDone);
        store.heal();
        manager.close();
        assertThat(store.all()).extracting(ObservedLock::key).containsExactly(KEY);
    }

    private LockListener hearing() {
        return new LockListener() {
            @Override
            public void released(HeldLock lock) {
                heard.add("released");
            }

            @Override
            public void lost(HeldLock lock, LockLostException reason) {
                heard.add(("lost: " + reason.getMessage()).replaceAll("lost: .*(when it was)", "lost: $1"));
            }
        };
    }

    private static boolean release(HeldLock lock) {
        lock.release();
        return true;
    }
}
