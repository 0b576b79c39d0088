package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SystemSchedulerTest {

    private final Scheduler scheduler = Scheduler.system();

    @Test
    void aTaskRunsAfterItsDelayOnADaemonThread() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        long start = System.nanoTime();
        scheduler.schedule(Duration.ofMillis(60), () -> ran.complete(Thread.currentThread()));
        Thread thread = ran.get(30, TimeUnit.SECONDS);
        assertThat(System.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(60).toNanos());
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.getName()).startsWith("statelock-timer");
    }

    @Test
    void aDelayInThePastIsAtOnceAndStillOnTheTimersThread() throws Exception {
        CompletableFuture<Thread> ran = new CompletableFuture<>();
        scheduler.schedule(Duration.ofHours(-1), () -> ran.complete(Thread.currentThread()));
        assertThat(ran.get(30, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aCancelledTaskDoesNotRunAndCancellingLateDoesNothing() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        Scheduler.Scheduled cancelled = scheduler.schedule(Duration.ofMillis(50), runs::incrementAndGet);
        cancelled.cancel();
        CompletableFuture<Void> later = new CompletableFuture<>();
        Scheduler.Scheduled last = scheduler.schedule(Duration.ofMillis(100), () -> later.complete(null));
        later.get(30, TimeUnit.SECONDS);
        last.cancel();
        assertThat(runs).hasValue(0);
    }

    @Test
    void aTaskThatThrowsDoesNotEndTheTimer() throws Exception {
        scheduler.schedule(Duration.ZERO, () -> {
            throw new IllegalStateException("a task's own trouble");
        });
        CompletableFuture<Void> next = new CompletableFuture<>();
        scheduler.schedule(Duration.ofMillis(1), () -> next.complete(null));
        assertThat(next.get(30, TimeUnit.SECONDS)).isNull();
    }

    @Test
    void tasksOfOneTimeRunInTheOrderOfTheirTimes() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        scheduler.schedule(Duration.ofMillis(90), () -> {
            order.add("c");
            end.complete(null);
        });
        scheduler.schedule(Duration.ofMillis(60), () -> order.add("b"));
        scheduler.schedule(Duration.ofMillis(30), () -> order.add("a"));
        end.get(30, TimeUnit.SECONDS);
        assertThat(order).containsExactly("a", "b", "c");
    }
}
