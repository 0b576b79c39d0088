package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.ReleaseOutcome;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GhostsTest extends EngineTest {

    private static final AcquireOutcome UNKNOWN = new AcquireOutcome.Unknown(new IOException("reset"));
    private static final Duration REMEMBERED = Duration.ofMinutes(15);

    private static final LockOptions OF_CLIENT = LockOptions.builder()
            .recordAs(new LockInfo("its-id", "apply", "", "client@host", "1.0", Instant.EPOCH, ""))
            .build();

    private final List<Runnable> late = new CopyOnWriteArrayList<>();

    @Test
    void aReleasedLocksIdIsRememberedForAQuarterOfAnHour() throws Exception {
        releasedWithOneCreateStillUnderWay();
        pass(REMEMBERED.minusMinutes(2));
        late.forEach(Runnable::run);
        assertThat(store.record(KEY)).isPresent();
        pass(Duration.ofMinutes(1).plusSeconds(30));
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void itIsForgottenAfterwardsAndNobodyLooksAnyMore() throws Exception {
        releasedWithOneCreateStillUnderWay();
        pass(REMEMBERED.plusMinutes(2));
        int looks = store.count(Op.OBSERVE);
        late.forEach(Runnable::run);
        pass(Duration.ofMinutes(30));
        assertThat(store.count(Op.OBSERVE)).isEqualTo(looks);
        assertThat(store.record(KEY)).isPresent();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void theLooksGrowRarer() throws Exception {
        releasedWithOneCreateStillUnderWay();
        List<Integer> looks = new ArrayList<>();
        for (int minute = 0; minute < 14; minute++) {
            int before = store.count(Op.OBSERVE);
            pass(Duration.ofMinutes(1));
            looks.add(store.count(Op.OBSERVE) - before);
        }
        assertThat(looks.get(0)).isBetween(4, 9);
        assertThat(looks.subList(2, 14)).allMatch(each -> each <= 3);
        assertThat(looks.subList(2, 14).stream().mapToInt(Integer::intValue).sum())
                .isGreaterThanOrEqualTo(10);
    }

    @Test
    void aHuntRemovesNobodyElsesLock() throws Exception {
        releasedWithOneCreateStillUnderWay();
        ObservedLock theirs = store.put(KEY, "them", Optional.of(LEASE));
        pass(REMEMBERED);
        assertThat(store.record(KEY)).contains(theirs);
        assertThat(store.count(Op.BREAK)).isZero();
    }

    @Test
    void aHuntThatMeetsANewHolderBetweenLookAndDeleteRemovesNothing() throws Exception {
        releasedWithOneCreateStillUnderWay();
        store.fault(Op.BREAK, request -> {
            store.put(KEY, "them", Optional.of(LEASE)); // the ghost is gone, and somebody else came
            return request.send();
        });
        late.forEach(Runnable::run);
        pass(Duration.ofMinutes(1));
        assertThat(store.count(Op.BREAK)).isEqualTo(1);
        assertThat(store.record(KEY).orElseThrow().hasId("them")).isTrue();
    }

    @Test
    void aGhostThatMakesTheStoreRefuseIsRemovedOnTheSpot() throws Exception {
        releasedWithOneCreateStillUnderWay();
        late.forEach(Runnable::run);
        assertThat(manager.tryAcquire(KEY, LockOptions.operation("test"))).isInstanceOf(LockAttempt.Acquired.class);
    }

    @Test
    void anUnansweredReleaseIsHuntedToo() throws Exception {
        HeldLock lock = lock();
        for (int i = 0; i < 1000; i++) {
            store.fault(Op.RELEASE, FakeStore.cut(new ReleaseOutcome.Unknown(new IOException("reset"))));
        }
        Future<?> released = inBackground(() -> {
            lock.release();
            return true;
        });
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> time.advanceUntilDone(released));
        pass(Duration.ofMinutes(1));
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void aClientsRequestThatQueuedBehindTheOneThatWasGivenUpTakesTheLock() throws Exception {
        AtomicBoolean cut = new AtomicBoolean(true);
        store.faultAll(Op.CREATE, request -> cut.get() ? UNKNOWN : request.send());
        Future<LockAttempt> first = inBackground(() -> manager.tryAcquire(KEY, OF_CLIENT));
        ManualTime.await(() -> store.count(Op.CREATE) > 0);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        LockOptions patient =
                OF_CLIENT.toBuilder().waitUpTo(Duration.ofMinutes(5)).build();
        Future<HeldLock> repeated = inBackground(() -> {
            waiting.set(Thread.currentThread());
            return manager.acquire(KEY, patient);
        });
        ManualTime.await(() -> waiting.get() != null && waiting.get().getState() == Thread.State.WAITING);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(first))
                .withCauseInstanceOf(OutcomeUnknownException.class);
        cut.set(false);
        assertThat(time.advanceUntilDone(repeated).status()).isEqualTo(LockStatus.HELD);
    }

    private enum Create {
        CUT,
        LOST,
        LATE
    }

    /** Otherwise the server that gave up would remove what its client got elsewhere under the same ID. */
    @ParameterizedTest
    @EnumSource
    void aClientsIdThatWasGivenUpIsNotHunted(Create create) throws Exception {
        store.faultAll(Op.CREATE, request -> {
            if (create == Create.LOST) {
                request.send();
            } else if (create == Create.LATE) {
                late.add(request::send);
            }
            return UNKNOWN;
        });
        Future<LockAttempt> first = inBackground(() -> manager.tryAcquire(KEY, OF_CLIENT));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(first))
                .withCauseInstanceOf(OutcomeUnknownException.class)
                .withMessageContaining("under the same ID");
        store.heal();
        newManager().acquire(KEY, OF_CLIENT).detach();
        late.forEach(Runnable::run);
        pass(Duration.ofMinutes(1));
        assertThat(newManager().tryAcquire(KEY, LockOptions.operation("another")))
                .isInstanceOf(LockAttempt.Held.class);
        assertThat(store.record(KEY).orElseThrow().hasId("its-id")).isTrue();
    }

    /** The client may have been told elsewhere meanwhile that the lock is its own. */
    @Test
    void aClientsLockThatIsBeingTakenWhileTheManagerClosesIsNotGivenBack() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        store.fault(Op.CREATE, request -> {
            Object taken = request.send();
            FakeStore.awaitLatch(answer);
            return taken;
        });
        Future<?> first = inBackground(() -> manager.tryAcquire(KEY, OF_CLIENT));
        ManualTime.await(() -> store.record(KEY).isPresent());
        newManager().acquire(KEY, OF_CLIENT).detach();
        Future<?> closed = inBackground(() -> {
            manager.close();
            return true;
        });
        ManualTime.await(() -> ClosingTest.isClosed(manager));
        answer.countDown();
        closed.get();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(first::get)
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(store.record(KEY).orElseThrow().hasId("its-id")).isTrue();
    }

    /** Its client is done with the ID then. */
    @Test
    void aClientsIdIsHuntedAfterItsRelease() throws Exception {
        store.fault(Op.CREATE, request -> {
            late.add(request::send);
            return UNKNOWN;
        });
        Future<HeldLock> lock = inBackground(() -> manager.acquire(KEY, OF_CLIENT));
        time.advanceUntilDone(lock).release();
        late.forEach(Runnable::run);
        time.advanceUntil(() -> store.record(KEY).isEmpty());
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> manager.tryAcquire(KEY, OF_CLIENT))
                .withMessageContaining("another ID");
    }

    @Test
    void oneLookServesAllIdsOfAKey() {
        Ghosts ghosts = newGhosts(pool -> Runnable::run);
        for (int i = 0; i < 5000; i++) {
            ghosts.watch(StateKey.of("key" + i % 10), "id" + i, time.nanos());
        }
        assertThat(time.scheduled()).isEqualTo(10);
        time.advance(Duration.ofSeconds(5));
        assertThat(store.count(Op.OBSERVE)).isBetween(20, 50);
        store.put(StateKey.of("key7"), "id4567", Optional.empty());
        ObservedLock theirs = store.put(StateKey.of("key8"), "theirs", Optional.empty());
        time.advance(Duration.ofMinutes(1));
        assertThat(store.all()).containsExactly(theirs);
    }

    @Test
    void atMostTwoLooksAreInFlight() {
        Ghosts ghosts = newGhosts(pool -> pool);
        CountDownLatch answers = new CountDownLatch(1);
        for (int i = 0; i < 10; i++) {
            store.fault(Op.OBSERVE, FakeStore.hang(answers));
            ghosts.watch(StateKey.of("key" + i), "id", time.nanos());
        }
        time.advance(Duration.ofSeconds(1));
        ManualTime.await(() -> store.count(Op.OBSERVE) == Ghosts.LOOKS);
        time.advance(Duration.ofSeconds(5));
        assertThat(store.count(Op.OBSERVE)).isEqualTo(Ghosts.LOOKS);
        answers.countDown();
        ManualTime.await(() -> store.count(Op.OBSERVE) == 10);
    }

    @Test
    void aNewGhostIsLookedForSoonHoweverRareTheLooksOfItsKeyHaveBecome() {
        Ghosts ghosts = newGhosts(pool -> Runnable::run);
        ghosts.watch(KEY, "old", time.nanos());
        time.advance(Duration.ofMinutes(10));
        int looks = store.count(Op.OBSERVE);
        ghosts.watch(KEY, "new", time.nanos());
        store.put(KEY, "new", Optional.of(LEASE));
        time.advance(Duration.ofSeconds(1));
        assertThat(store.count(Op.OBSERVE)).isGreaterThan(looks);
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void anIdIsAGhostOnItsOwnKeyOnly() {
        Ghosts ghosts = newGhosts(pool -> pool);
        StateKey another = StateKey.of("another");
        ghosts.watch(KEY, "clients-id", time.nanos());
        assertThat(ghosts.isGhost(store.put(KEY, "clients-id", Optional.empty())))
                .isTrue();
        assertThat(ghosts.isGhost(store.put(another, "clients-id", Optional.empty())))
                .isFalse();
        ghosts.requireUnused(another, "clients-id");
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> ghosts.requireUnused(KEY, "clients-id"));
    }

    @Test
    void aHuntGoesOnAfterAReadThatFailed() {
        Ghosts ghosts = newGhosts(pool -> Runnable::run);
        store.fault(Op.OBSERVE, FakeStore.refused(new BackendUnavailableException("503", null)));
        store.fault(Op.OBSERVE, FakeStore.broken(new NoClassDefFoundError("a client library's")));
        ghosts.watch(KEY, "id", time.nanos());
        store.put(KEY, "id", Optional.of(LEASE));
        time.advance(Duration.ofSeconds(7));
        assertThat(store.record(KEY)).isEmpty();
    }

    /** @param around put around the engine's threads; so that all happens in the test's thread, {@code Runnable::run} */
    private Ghosts newGhosts(UnaryOperator<Executor> around) {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        return new Engine(store, options, new EngineThreads(options, around)).ghosts;
    }

    @Test
    void anAnsweredCreateLeavesNoGhost() throws Exception {
        lock().release();
        pass(Duration.ofMinutes(5));
        assertThat(store.count(Op.OBSERVE)).isZero();
    }

    /** The first create is not answered and arrives when the test says so; the second takes the lock, which is released. */
    private void releasedWithOneCreateStillUnderWay() throws Exception {
        store.fault(Op.CREATE, request -> {
            late.add(request::send);
            return UNKNOWN;
        });
        Future<HeldLock> lock = inBackground(this::lock);
        time.advanceUntilDone(lock).release();
        assertThat(late).hasSize(1);
        assertThat(store.record(KEY)).isEmpty();
    }

    private void pass(Duration duration) {
        long until = time.nanos() + duration.toNanos();
        while (time.nanos() - until < 0) {
            time.advance(Duration.ofMillis(500));
            time.awaitRest();
        }
    }
}
