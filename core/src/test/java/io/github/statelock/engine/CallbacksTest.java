package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallbacksTest {

    private final ExecutorService pool = Executors.newFixedThreadPool(2, EngineThreads.factory("test-callback"));
    private final ManualTime time = new ManualTime();
    private final Callbacks.Threads threads = new Callbacks.Threads(new Lane(pool, 2), new Lane(pool, 2), time);
    private final Callbacks callbacks = new Callbacks(threads);
    private final List<Integer> made = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    @Test
    void callsAreMadeInTheOrderInWhichTheyWereGiven() {
        List<Integer> numbers = IntStream.range(0, 2000).boxed().toList();
        numbers.forEach(number -> callbacks.run(() -> made.add(number)));
        ManualTime.await(() -> made.size() == numbers.size());
        assertThat(made).isEqualTo(numbers);
    }

    @Test
    void callsOfEachThreadKeepTheirOrder() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int from = t * 1000;
            threads.add(new Thread(
                    () -> IntStream.range(from, from + 500).forEach(number -> callbacks.run(() -> made.add(number)))));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        ManualTime.await(() -> made.size() == 2000);
        for (int t = 0; t < 4; t++) {
            int thread = t;
            assertThat(made.stream().filter(number -> number / 1000 == thread)).isSorted();
        }
    }

    @Test
    void aCallbackThatThrowsHurtsNobody() {
        callbacks.run(() -> {
            throw new IllegalStateException("the user's own trouble");
        });
        callbacks.run(() -> {
            throw new StackOverflowError();
        });
        callbacks.run(() -> made.add(1));
        ManualTime.await(() -> made.size() == 1);
    }

    @Test
    void aHungCallbackOfOneLockDoesNotStopThoseOfAnother() {
        CountDownLatch never = new CountDownLatch(1);
        callbacks.run(() -> FakeStore.awaitLatch(never));
        callbacks.run(() -> made.add(1));
        Callbacks another = new Callbacks(threads);
        another.run(() -> made.add(2));
        ManualTime.await(() -> made.size() == 1);
        assertThat(made).containsExactly(2);
        never.countDown();
        ManualTime.await(() -> made.size() == 2);
    }

    @Test
    void progressIsDroppedWhileACallIsUnderWay() {
        CountDownLatch first = new CountDownLatch(1);
        callbacks.run(() -> FakeStore.awaitLatch(first));
        callbacks.runIfIdle(() -> made.add(1));
        callbacks.run(() -> made.add(2));
        first.countDown();
        ManualTime.await(() -> made.size() == 1);
        assertThat(made).containsExactly(2);
        ManualTime.await(() -> {
            callbacks.runIfIdle(() -> made.add(3));
            return made.contains(3);
        });
    }
}
