package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ManyLocksTest extends EngineTest {

    private static final int LOCKS = 10_000;
    private static final int MOST_THREADS = 32;

    @Test
    void tenThousandLocksStayHeldOverThreeLeasesWithFewThreads() throws Exception {
        Set<Thread> others = engineThreads(); // of tests that ran before
        List<HeldLock> locks = new ArrayList<>();
        for (int i = 0; i < LOCKS; i++) {
            locks.add(manager.acquire(StateKey.of("key" + i), LockOptions.operation("test")));
        }
        int mostThreads = 0;
        for (int second = 0; second < 90; second++) {
            time.advance(Duration.ofSeconds(1));
            mostThreads = Math.max(mostThreads, newThreads(others));
            ManualTime.await(() -> noneIsLate(locks));
        }
        assertThat(locks).extracting(HeldLock::status).containsOnly(LockStatus.HELD);
        assertThat(store.count(Op.RENEW)).isGreaterThanOrEqualTo(8 * LOCKS);
        assertThat(mostThreads).isBetween(1, MOST_THREADS);
        manager.close();
        assertThat(store.all()).isEmpty();
    }

    /** Every lock was renewed at the latest when a third of its lease had passed. */
    private static boolean noneIsLate(List<HeldLock> locks) {
        Duration least = LEASE.minus(MARGIN).minus(LEASE.dividedBy(3));
        return locks.stream().allMatch(lock -> lock.remaining().orElseThrow().compareTo(least) >= 0);
    }

    private static int newThreads(Set<Thread> others) {
        Set<Thread> threads = engineThreads();
        threads.removeAll(others);
        return threads.size();
    }

    private static Set<Thread> engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("statelock-"))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
