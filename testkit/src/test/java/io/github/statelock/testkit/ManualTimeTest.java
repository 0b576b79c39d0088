package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.engine.Scheduler.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The clock and the schedulers that tests move. */
class ManualTimeTest {

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final List<String> ran = Collections.synchronizedList(new ArrayList<>());

    private Scheduled in(int seconds, String name) {
        return scheduler.schedule(
                Duration.ofSeconds(seconds),
                () -> ran.add(name + "@" + ticker.elapsed().toSeconds()));
    }

    @Test
    void bothClocksMoveTogetherAndTheWallClockMayJumpAlone() {
        long nanos = ticker.nanos();
        long wall = ticker.wallMillis();
        ticker.advance(Duration.ofSeconds(2));
        assertThat(ticker.nanos() - nanos).isEqualTo(2_000_000_000L);
        assertThat(ticker.wallMillis() - wall).isEqualTo(2000);
        ticker.jumpWall(Duration.ofHours(1));
        ticker.jumpWall(Duration.ofMinutes(-1));
        assertThat(ticker.nanos() - nanos).isEqualTo(2_000_000_000L);
        assertThat(ticker.wallMillis() - wall).isEqualTo(2000 + 59 * 60_000);
        assertThatThrownBy(() -> ticker.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMonotonicClocksNumberOverflowsSoonAfterItsStart() {
        long before = ticker.nanos();
        ticker.advance(Duration.ofSeconds(4));
        assertThat(ticker.nanos()).isLessThan(before);
        assertThat(ticker.nanos() - before).isEqualTo(4_000_000_000L);
    }

    @Test
    void tasksRunInTheOrderOfTheirTimesEachAtItsOwn() {
        in(3, "c");
        in(1, "a");
        in(2, "b1");
        in(2, "b2");
        in(9, "later");
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("a@1", "b1@2", "b2@2", "c@3");
        assertThat(ticker.elapsed()).isEqualTo(Duration.ofSeconds(5));
        assertThat(scheduler.pending()).isEqualTo(1);
        assertThat(scheduler.nextIn()).contains(Duration.ofSeconds(4));
    }

    @Test
    void aTaskThatATaskSchedulesRunsInTheSameMoveIfItIsDue() {
        scheduler.schedule(Duration.ofSeconds(1), () -> in(1, "second"));
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(ran).containsExactly("second@2");
    }

    @Test
    void aCancelledTaskDoesNotRun() {
        in(1, "cancelled").cancel();
        in(1, "kept");
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("kept@1");
    }

    @Test
    void atOnceMeansWithTheNextMove() {
        in(0, "now");
        scheduler.schedule(Duration.ofSeconds(-5), () -> ran.add("overdue"));
        assertThat(ran).isEmpty();
        scheduler.advance(Duration.ZERO);
        assertThat(ran).containsExactly("now@0", "overdue");
    }

    @Test
    void advanceUntilStopsWhenTheConditionHoldsOrAtItsLimit() {
        in(2, "there");
        assertThat(scheduler.advanceUntil(() -> !ran.isEmpty(), Duration.ofSeconds(10)))
                .isTrue();
        assertThat(ticker.elapsed()).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2100));
        assertThat(scheduler.advanceUntil(() -> false, Duration.ofSeconds(1))).isFalse();
        assertThat(ticker.elapsed()).isBetween(Duration.ofSeconds(3), Duration.ofMillis(3100));
    }

    @Test
    void theClockStandsStillWhileTheStoreIsBusy() {
        AtomicBoolean busy = new AtomicBoolean(true);
        AtomicInteger asked = new AtomicInteger();
        scheduler.pausedWhile(() -> {
            if (asked.incrementAndGet() == 20) {
                assertThat(ticker.elapsed()).isZero();
                busy.set(false);
            }
            return busy.get();
        });
        scheduler.advanceUntil(() -> false, Duration.ofMillis(100));
        assertThat(asked.get()).isGreaterThanOrEqualTo(20);
        assertThat(ticker.elapsed()).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void awaitScheduledWaitsForAnotherThread() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        Call<Boolean> other = Call.start(() -> {
            waiting.await();
            in(1, "from another thread");
            return true;
        });
        waiting.countDown();
        scheduler.awaitScheduled(1);
        assertThat(other.result()).isTrue();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(ran).containsExactly("from another thread@1");
    }

    @Test
    void aPausedSchedulerRunsWhatBecameDueWhenItGoesOn() {
        PausableScheduler pausable = new PausableScheduler(scheduler);
        pausable.schedule(Duration.ofSeconds(1), () -> ran.add("late"));
        Scheduled cancelled = pausable.schedule(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        pausable.schedule(Duration.ofSeconds(5), () -> ran.add("on time"));
        pausable.pause();
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        cancelled.cancel();
        pausable.resume();
        assertThat(ran).containsExactly("late");
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(ran).containsExactly("late", "on time");
    }
}
