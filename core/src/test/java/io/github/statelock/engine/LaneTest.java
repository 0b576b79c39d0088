package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.engine.DriverCalls.Call;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LaneTest {

    private final OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");

    private final ExecutorService threads = Executors.newCachedThreadPool(EngineThreads.factory("test-lane"));
    private final List<String> ran = new CopyOnWriteArrayList<>();
    private final List<String> refused = new CopyOnWriteArrayList<>();
    private final CountDownLatch answers = new CountDownLatch(1);

    @AfterEach
    void stop() {
        answers.countDown();
        threads.shutdown();
    }

    @Test
    void asManyRunAtTheSameTimeAsTheBoundAllowsAndNoMore() {
        Lane lane = new Lane(threads, 3);
        for (int i = 0; i < 10; i++) {
            lane.execute(blocked("task" + i));
        }
        ManualTime.await(() -> ran.size() == 3);
        assertThat(ran).containsExactlyInAnyOrder("task0", "task1", "task2");
        answers.countDown();
        ManualTime.await(() -> ran.size() == 10);
    }

    @Test
    void aThreadThatIsFreeTakesTheNextTask() {
        Queue<Runnable> started = new ArrayDeque<>();
        Lane lane = new Lane(started::add, 1);
        List.of("a", "b", "c").forEach(name -> lane.execute(task(name)));
        assertThat(started).hasSize(1);
        started.remove().run();
        assertThat(ran).containsExactly("a", "b", "c");
        lane.execute(task("d")); // the thread has ended: another one is needed
        started.remove().run();
        assertThat(ran).endsWith("d");
    }

    @Test
    void aTaskThatThrowsDoesNotStopTheOthers() {
        Queue<Runnable> started = new ArrayDeque<>();
        Lane lane = new Lane(started::add, 1);
        lane.execute(new Recorded("broken", () -> {
            throw new StackOverflowError();
        }));
        lane.execute(task("next"));
        started.remove().run();
        assertThat(ran).containsExactly("broken", "next");
    }

    @Test
    void whereNoThreadCanBeStartedTheTaskIsRefusedAndTheNextOneTriesAgain() {
        AtomicBoolean none = new AtomicBoolean(true);
        Lane lane = new Lane(unless(none), 2);
        lane.execute(task("refused"));
        assertThat(refused).containsExactly("refused");
        none.set(false);
        List.of("a", "b", "c").forEach(name -> lane.execute(task(name)));
        ManualTime.await(() -> ran.size() == 3);
        assertThat(refused).hasSize(1);
    }

    @Test
    void whereAnotherThreadOfTheLaneIsAtWorkItTakesTheTask() {
        AtomicBoolean none = new AtomicBoolean();
        Lane lane = new Lane(unless(none), 2);
        lane.execute(blocked("first"));
        ManualTime.await(() -> ran.size() == 1);
        none.set(true);
        lane.execute(task("second"));
        assertThat(refused).isEmpty();
        answers.countDown();
        ManualTime.await(() -> ran.contains("second"));
    }

    /** A's thread cannot be started; meanwhile B has come and relies on it, since the bound allows one. */
    @Test
    void aTaskThatReliesOnAThreadWhichCannotBeStartedIsRefusedToo() {
        Lane[] lane = new Lane[1];
        AtomicInteger starts = new AtomicInteger();
        lane[0] = new Lane(
                start -> {
                    if (starts.incrementAndGet() == 1) {
                        lane[0].execute(task("B"));
                    }
                    throw noThread;
                },
                1);
        lane[0].execute(task("A"));
        assertThat(refused).containsExactly("A", "B");
    }

    @Test
    void renewalsAndRemovalsRunWhileCreatesAndLooksAllWait() {
        EngineThreads backend = backend(2);
        List<Call<String>> hung = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            hung.add(backend.createCalls.start(Duration.ofMinutes(1), this::hang));
            hung.add(backend.lookCalls.start(Duration.ofMinutes(1), this::hang));
            hung.add(backend.huntCalls.start(Duration.ofMinutes(1), this::hang));
            hung.add(backend.stateCalls.start(Duration.ofMinutes(1), this::hang));
        }
        assertThat(backend.removalCalls
                        .start(Duration.ofMinutes(1), () -> "removed")
                        .answer()
                        .join()
                        .value())
                .isEqualTo("removed");
        assertThat(backend.renewalCalls
                        .start(Duration.ofMinutes(1), () -> "renewed")
                        .answer()
                        .join()
                        .value())
                .isEqualTo("renewed");
        assertThat(hung).noneMatch(call -> call.answer().isDone());
    }

    @Test
    void createsRunWhileLooksAndRemovalsAllWait() {
        EngineThreads backend = backend(2);
        for (int i = 0; i < 5; i++) {
            backend.lookCalls.start(Duration.ofMinutes(1), this::hang);
            backend.huntCalls.start(Duration.ofMinutes(1), this::hang);
            backend.removalCalls.start(Duration.ofMinutes(1), this::hang);
        }
        assertThat(backend.createCalls
                        .start(Duration.ofMinutes(1), () -> "created")
                        .answer()
                        .join()
                        .value())
                .isEqualTo("created");
    }

    @Test
    void sixtyFourOfAKindAreInFlightByDefault() {
        EngineThreads backend = new EngineThreads(EngineOptions.builder().build());
        CountDownLatch inFlight = new CountDownLatch(64);
        for (int i = 0; i < 64; i++) {
            backend.createCalls.start(Duration.ofMinutes(1), () -> {
                inFlight.countDown();
                return hang();
            });
        }
        FakeStore.awaitLatch(inFlight);
    }

    private EngineThreads backend(int mostInFlight) {
        return new EngineThreads(
                EngineOptions.builder().maxRequestsInFlight(mostInFlight).build());
    }

    private String hang() {
        FakeStore.awaitLatch(answers);
        return "late";
    }

    private Lane.Task task(String name) {
        return new Recorded(name, () -> {});
    }

    private Lane.Task blocked(String name) {
        return new Recorded(name, () -> FakeStore.awaitLatch(answers));
    }

    private Executor unless(AtomicBoolean none) {
        return start -> {
            if (none.get()) {
                throw noThread;
            }
            threads.execute(start);
        };
    }

    private final class Recorded implements Lane.Task {
        private final String name;
        private final Runnable work;

        Recorded(String name, Runnable work) {
            this.name = name;
            this.work = work;
        }

        @Override
        public void run() {
            ran.add(name);
            work.run();
        }

        @Override
        public void refused(Throwable cause) {
            assertThat(cause).isSameAs(noThread);
            refused.add(name);
        }
    }
}
