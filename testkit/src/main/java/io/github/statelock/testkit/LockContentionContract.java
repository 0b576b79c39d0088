package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many threads of several managers that want one key. In real time: nothing expires here. */
abstract class LockContentionContract extends LockFencingContract {

    private static final int MANAGERS = 3;
    private static final int THREADS_EACH = 4;

    @Test
    void oneOfManyContendersWinsAndAllOthersSeeIt() throws Exception {
        List<Party> managers = managers();
        for (int round = 0; round < Math.max(1, contendedTurns() / 4); round++) {
            StateKey key = key("race/" + round);
            CyclicBarrier barrier = new CyclicBarrier(MANAGERS * THREADS_EACH);
            List<LockAttempt> attempts = onAllThreads(managers, party -> {
                barrier.await();
                return party.locks().tryAcquire(key, lasting().build());
            });
            List<HeldLock> winners = attempts.stream()
                    .filter(LockAttempt.Acquired.class::isInstance)
                    .map(a -> ((LockAttempt.Acquired) a).lock())
                    .toList();
            assertThat(winners).as("winners of round " + round).hasSize(1);
            String winner = winners.get(0).info().id();
            assertThat(attempts)
                    .filteredOn(LockAttempt.Held.class::isInstance)
                    .allSatisfy(a -> assertThat(((LockAttempt.Held) a).holder().hasId(winner))
                            .isTrue());
            winners.get(0).release();
        }
    }

    @Test
    void holdersNeverOverlap() throws Exception {
        StateKey key = key("oracle");
        ExclusionOracle oracle = new ExclusionOracle();
        AtomicInteger turns = new AtomicInteger(contendedTurns());
        LockOptions options =
                lasting().fencing(true).waitUpTo(ContractTime.LIMIT).build();
        onAllThreads(managers(), party -> {
            while (turns.getAndDecrement() > 0) {
                try (HeldLock lock = party.locks().acquire(key, options)) {
                    oracle.visit(lock);
                    lock.ensureHeld();
                }
            }
            return true;
        });
        oracle.assertNoViolation();
        assertThat(oracle.entries()).isEqualTo(contendedTurns());
        assertThat(openDrivers().locks().observe(key)).isEmpty();
    }

    @Test
    void threadsOfOneManagerTakeTurnsInTheOrderInWhichTheyCame() throws Exception {
        StateKey key = key("fair");
        Party party = realTimeParty();
        HeldLock first = party.locks().acquire(key, lasting().build());
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Call<Boolean>> calls = new ArrayList<>();
        LockOptions patient = lasting().waitUpTo(Duration.ofMinutes(1)).build();
        for (int i = 0; i < 4; i++) {
            int number = i;
            Call<Boolean> call = Call.start(() -> {
                try (HeldLock lock = party.locks().acquire(key, patient)) {
                    return order.add(number);
                }
            });
            RealTime.await("waiting thread " + i, Duration.ofSeconds(30), call::isWaiting);
            calls.add(call);
        }
        first.release();
        for (Call<Boolean> call : calls) {
            call.result();
        }
        assertThat(order).containsExactly(0, 1, 2, 3);
    }

    private List<Party> managers() {
        List<Party> managers = new ArrayList<>();
        for (int i = 0; i < MANAGERS; i++) {
            managers.add(realTimeParty());
        }
        return managers;
    }

    /** What one thread does with its manager. */
    interface Work<T> {
        T apply(Party party) throws Exception;
    }

    static <T> List<T> onAllThreads(List<Party> managers, Work<T> work) throws Exception {
        List<Call<T>> calls = new ArrayList<>();
        for (Party party : managers) {
            for (int i = 0; i < THREADS_EACH; i++) {
                calls.add(Call.start(() -> work.apply(party)));
            }
        }
        List<T> results = new ArrayList<>();
        for (Call<T> call : calls) {
            results.add(call.result());
        }
        return results;
    }
}
