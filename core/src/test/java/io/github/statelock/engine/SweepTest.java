package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SweepTest extends EngineTest {

    @Test
    void sweepRemovesTheDeadAndLeavesTheLivingAndThoseWithoutLease() throws Exception {
        StateKey dead = StateKey.of("dead");
        StateKey alive = StateKey.of("alive");
        store.put(dead, "dead", Optional.of(LEASE));
        store.put(alive, "alive", Optional.of(LEASE));
        store.put(KEY, "terraform", Optional.empty());
        Future<List<ObservedLock>> swept = inBackground(() -> manager.sweep(""));
        long until = time.nanos() + Duration.ofSeconds(20).toNanos();
        time.advanceUntil(() -> time.nanos() - until >= 0);
        store.put(alive, "alive", Optional.of(LEASE));
        assertThat(store.all()).hasSize(3);
        assertThat(time.advanceUntilDone(swept)).extracting(ObservedLock::key).containsExactly(dead);
        assertThat(store.all()).extracting(ObservedLock::key).containsExactly(alive, KEY);
    }

    @Test
    void aRecordThatCannotBeRemovedDoesNotEndASweep() throws Exception {
        for (String key : List.of("a", "b", "c", "d")) {
            store.put(StateKey.of(key), key, Optional.of(LEASE));
        }
        BackendDeniedException denied = new BackendDeniedException("One may not be removed.", null);
        BackendDeniedException another = new BackendDeniedException("Nor may another.", null);
        store.fault(Op.BREAK, FakeStore.refused(denied));
        store.fault(Op.BREAK, FakeStore.Request::send);
        store.fault(Op.BREAK, FakeStore.refused(another));
        List<StateKey> removed = new ArrayList<>();
        Future<Boolean> swept = inBackground(() -> {
            manager.sweep("", lock -> removed.add(lock.key()));
            return true;
        });
        time.advanceUntil(swept::isDone);
        assertThatThrownBy(swept::get).cause().satisfies(first -> {
            assertThat(first).isIn(denied, another);
            assertThat(first.getSuppressed()).contains(first == denied ? another : denied);
        });
        assertThat(removed).hasSize(2).isSorted();
        assertThat(store.all()).hasSize(2).noneMatch(left -> removed.contains(left.key()));
    }

    @Test
    void aStoreThatDoesNotServeIsNotAskedForEveryRecordOfASweep() {
        for (int i = 0; i < 100; i++) {
            store.put(StateKey.of("key" + i), "dead" + i, Optional.of(LEASE));
        }
        store.faultAll(Op.OBSERVE, FakeStore.refused(new BackendUnavailableException("gone", null)));
        Future<?> swept = inBackground(() -> manager.sweep(""));
        time.advanceUntil(swept::isDone);
        assertThatThrownBy(swept::get).hasCauseInstanceOf(BackendUnavailableException.class);
        assertThat(store.count(Op.OBSERVE)).isLessThanOrEqualTo(RecordReads.SIDE_BY_SIDE);
    }

    @Test
    void aLivingHolderWithALongLeaseKeepsNoDeadOneWaiting() throws Exception {
        StateKey shortOne = StateKey.of("b");
        store.put(StateKey.of("a"), "alive", Optional.of(Duration.ofDays(1)));
        store.put(StateKey.of("c"), "dead", Optional.of(Duration.ofMinutes(1)));
        store.put(shortOne, "dead too", Optional.of(Duration.ofSeconds(5)));
        List<StateKey> removed = new CopyOnWriteArrayList<>();
        long start = time.nanos();
        Future<?> sweep = inBackground(() -> {
            manager.sweep("", lock -> removed.add(lock.key()));
            return true;
        });
        time.advanceUntil(() -> !removed.isEmpty());
        assertThat(time.nanos() - start).isLessThan(Duration.ofMinutes(1).toNanos());
        time.advanceUntil(() -> removed.size() == 2);
        assertThat(time.nanos() - start).isLessThan(Duration.ofDays(1).toNanos());
        assertThat(removed).containsExactly(shortOne, StateKey.of("c"));
        store.put(StateKey.of("a"), "alive", Optional.of(Duration.ofDays(1)));
        manager.close();
        assertThatThrownBy(sweep::get).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(store.all()).hasSize(1);
    }

    @Test
    void aLockOfTheSameManagerIsNotWaitedFor() throws Exception {
        manager.acquire(KEY, LockOptions.builder().lease(Duration.ofDays(1)).build());
        assertThat(manager.sweep("")).isEmpty();
    }

    @Test
    void theDeadOfOneMomentAreLookedAtSideBySideInBoundedNumber() throws Exception {
        for (int i = 0; i < 100; i++) {
            store.put(StateKey.of("key" + i), "dead" + i, Optional.of(LEASE));
        }
        AtomicInteger most = sideBySide(Op.OBSERVE);
        Future<List<ObservedLock>> swept = inBackground(() -> manager.sweep(""));
        assertThat(time.advanceUntilDone(swept)).hasSize(100);
        assertThat(most.get()).isBetween(2, RecordReads.SIDE_BY_SIDE);
        assertThat(store.count(Op.OBSERVE)).isEqualTo(100);
        assertThat(store.count(Op.BREAK)).isEqualTo(100);
    }

    @Test
    void whatAListingNamesIsReadSideBySideInBoundedNumber() throws Exception {
        for (int i = 0; i < 100; i++) {
            store.put(StateKey.of("key" + i), "id" + i, Optional.empty());
        }
        store.listsNames = true;
        AtomicInteger most = sideBySide(Op.OBSERVE);
        assertThat(manager.list("")).isEqualTo(store.all());
        assertThat(most.get()).isBetween(2, RecordReads.SIDE_BY_SIDE);
        assertThat(store.count(Op.OBSERVE)).isEqualTo(100);
    }

    @Test
    void whatAListingShowsIsNotReadAgain() {
        store.put(KEY, "them", Optional.empty());
        assertThat(manager.list("")).isEqualTo(store.all());
        assertThat(store.count(Op.OBSERVE)).isZero();
    }

    @Test
    void aListingMayTakeAsLongAsATransferAndNamesThatLimit() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        store.fault(Op.LIST, FakeStore.hang(never));
        Future<?> list = inBackground(() -> manager.list("prod/"));
        ManualTime.await(() -> store.count(Op.LIST) == 1);
        time.advance(Duration.ofMinutes(4));
        assertThat(list.isDone()).isFalse();
        time.advanceUntil(list::isDone);
        assertThatThrownBy(list::get)
                .hasCauseInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("prod/")
                .hasMessageContaining("300000 ms (transferTimeout)");
        never.countDown();
    }

    @Test
    void aReadOfAListingMayTakeAsLongAsACall() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        store.put(KEY, "them", Optional.empty());
        store.listsNames = true;
        store.fault(Op.OBSERVE, FakeStore.hang(never));
        Future<?> list = inBackground(() -> manager.list(""));
        ManualTime.await(() -> store.count(Op.OBSERVE) == 1);
        time.advance(Duration.ofSeconds(10));
        assertThatThrownBy(list::get)
                .hasCauseInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("no answer within 10000 ms");
        never.countDown();
    }

    @Test
    void aLockThatIsReleasedBeforeItIsReadIsNotListed() {
        store.put(KEY, "them", Optional.empty());
        store.listsNames = true;
        store.fault(Op.OBSERVE, request -> {
            store.remove(KEY);
            return request.send();
        });
        assertThat(manager.list("")).isEmpty();
    }

    /** How many requests of that kind are under way at most. The first waits for the second. */
    private AtomicInteger sideBySide(Op op) {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(2);
        store.faultAll(op, request -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            second.countDown();
            FakeStore.awaitLatch(second);
            Object answer = request.send();
            running.decrementAndGet();
            return answer;
        });
        return most;
    }
}
