package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RenewalsTest extends EngineTest {

    private static final int FEW_WHEN_ONE_HANGS = 4;

    private final CountDownLatch answers = new CountDownLatch(1);

    @Test
    void atMostSixteenAreInFlight() throws Exception {
        List<HeldLock> locks = locks(40, LEASE);
        hangRenewals(40);
        time.advance(LEASE.dividedBy(3));
        ManualTime.await(() -> store.count(Op.RENEW) == Renewals.MAX_IN_FLIGHT);
        time.advance(Duration.ofSeconds(1));
        assertThat(store.count(Op.RENEW)).isEqualTo(Renewals.MAX_IN_FLIGHT);
        answers.countDown();
        ManualTime.await(() -> store.count(Op.RENEW) == 40 && store.isIdle());
        assertThat(locks).extracting(HeldLock::status).containsOnly(LockStatus.HELD);
    }

    @Test
    void onceOneHangsAtMostFourAreInFlightUntilItReturns() throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger now = new AtomicInteger();
        CountDownLatch next = new CountDownLatch(1);
        manager.acquire(KEY, lease(Duration.ofSeconds(6)));
        hangRenewals(1);
        time.advance(Duration.ofSeconds(2));
        ManualTime.await(() -> store.count(Op.RENEW) == 1);
        time.advance(Duration.ofSeconds(2)); // its time is over: it hangs
        List<HeldLock> locks = locks(12, LEASE);
        int before = store.count(Op.RENEW);
        for (int i = 0; i < 100; i++) {
            store.fault(Op.RENEW, request -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                FakeStore.awaitLatch(next);
                now.decrementAndGet();
                return request.send();
            });
        }
        time.advance(LEASE.dividedBy(3));
        ManualTime.await(() -> now.get() == FEW_WHEN_ONE_HANGS - 1);
        next.countDown();
        ManualTime.await(() -> store.count(Op.RENEW) >= before + locks.size());
        assertThat(most).hasValue(FEW_WHEN_ONE_HANGS - 1);
        answers.countDown();
        ManualTime.await(store::isIdle);
        assertThat(locks).extracting(HeldLock::status).doesNotContain(LockStatus.LOST);
    }

    @Test
    void theEarliestDeadlineGoesFirst() throws Exception {
        List<HeldLock> filling = locks(Renewals.MAX_IN_FLIGHT, LEASE);
        CountDownLatch oneAnswer = new CountDownLatch(1);
        store.fault(Op.RENEW, request -> {
            FakeStore.awaitLatch(oneAnswer);
            return request.send();
        });
        hangRenewals(filling.size() - 1);
        time.advance(LEASE.dividedBy(3));
        ManualTime.await(() -> store.count(Op.RENEW) == filling.size());
        HeldLock patient = manager.acquire(StateKey.of("patient"), lease(Duration.ofSeconds(24)));
        HeldLock urgent = manager.acquire(StateKey.of("urgent"), lease(Duration.ofSeconds(12)));
        List<String> order = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 2; i++) {
            store.fault(Op.RENEW, request -> {
                RenewOutcome.Renewed renewed = (RenewOutcome.Renewed) request.send();
                order.add(renewed.lock().key().value());
                return renewed;
            });
        }
        time.advance(Duration.ofSeconds(9)); // both are due, and no renewal can be sent
        assertThat(order).isEmpty();
        oneAnswer.countDown(); // one may be sent, and after it the other
        ManualTime.await(() -> order.size() == 2);
        assertThat(order).containsExactly("urgent", "patient");
        answers.countDown();
        ManualTime.await(store::isIdle);
        assertThat(List.of(patient.status(), urgent.status())).doesNotContain(LockStatus.LOST);
    }

    @Test
    void aRenewalMayTakeAThirdOfItsLeaseAtMost() throws Exception {
        HeldLock lock = manager.acquire(KEY, lease(Duration.ofSeconds(6)));
        hangRenewals(1);
        time.advance(Duration.ofSeconds(2));
        ManualTime.await(() -> store.count(Op.RENEW) == 1);
        time.advance(Duration.ofMillis(1900));
        assertThat(store.count(Op.RENEW)).isEqualTo(1);
        time.advanceUntil(() -> store.count(Op.RENEW) == 2); // abandoned, and sent again within the lease
        answers.countDown();
        ManualTime.await(store::isIdle);
        assertThat(lock.status()).isNotEqualTo(LockStatus.LOST);
    }

    @Test
    void aLateAnswerToAnAbandonedRenewalIsNoRenewal() throws Exception {
        HeldLock lock = manager.acquire(KEY, lease(Duration.ofSeconds(6)));
        hangRenewals(100);
        time.advanceUntil(() -> lock.status() == LockStatus.LOST);
        answers.countDown();
        ManualTime.await(store::isIdle);
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
    }

    private void hangRenewals(int number) {
        for (int i = 0; i < number; i++) {
            store.fault(Op.RENEW, FakeStore.hang(answers));
        }
    }

    private List<HeldLock> locks(int number, Duration lease) throws InterruptedException {
        List<HeldLock> locks = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            locks.add(manager.acquire(StateKey.of("key" + i), lease(lease)));
        }
        return locks;
    }

    private static LockOptions lease(Duration lease) {
        return LockOptions.builder().operation("test").lease(lease).build();
    }
}
