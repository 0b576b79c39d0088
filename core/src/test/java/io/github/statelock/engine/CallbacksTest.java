package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallbacksTest {

    private final ExecutorService pool = Executors.newCachedThreadPool(EngineThreads.factory("test-callback"));
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
    void whateverACallbackThrowsTheNextOneIsMade() {
        callbacks.run(() -> CallbacksTest.<RuntimeException>sneak(new IOException("the metrics' socket is closed")));
        callbacks.runLoss(() -> made.add(1));
        ManualTime.await(() -> made.size() == 1);
    }

    @SuppressWarnings("unchecked") // what Kotlin, Scala and Lombok do
    private static <E extends Throwable> void sneak(Throwable any) throws E {
        throw (E) any;
    }

    @Test
    void theWordOfALossWaitsForNoOtherLocksListeners() {
        CountDownLatch never = new CountDownLatch(1);
        for (int i = 0; i < 3; i++) { // more than there are threads
            new Callbacks(threads).run(() -> FakeStore.awaitLatch(never));
        }
        callbacks.run(() -> made.add(1));
        callbacks.runLoss(() -> made.add(2));
        ManualTime.await(() -> made.size() == 2);
        assertThat(made).containsExactly(1, 2);
        never.countDown();
        callbacks.run(() -> made.add(3));
        ManualTime.await(() -> made.size() == 3);
    }

    @Test
    void theWordOfALossComesAfterTheCallOfItsOwnLockThatIsUnderWay() {
        CountDownLatch first = new CountDownLatch(1);
        AtomicBoolean started = new AtomicBoolean();
        callbacks.run(() -> {
            started.set(true);
            FakeStore.awaitLatch(first);
            made.add(1);
        });
        ManualTime.await(started::get);
        callbacks.runLoss(() -> made.add(2));
        first.countDown();
        ManualTime.await(() -> made.size() == 2);
        assertThat(made).containsExactly(1, 2);
    }

    @Test
    void callsThatNoThreadCouldBeStartedForAreMadeLaterAndInOrder() {
        AtomicBoolean none = new AtomicBoolean(true);
        Executor shortOfThreads = task -> {
            if (none.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            pool.execute(task);
        };
        Callbacks later =
                new Callbacks(new Callbacks.Threads(new Lane(shortOfThreads, 2), new Lane(shortOfThreads, 2), time));
        later.run(() -> made.add(1));
        later.runLoss(() -> made.add(2));
        later.run(() -> made.add(3));
        time.advance(Duration.ofSeconds(1));
        assertThat(made).isEmpty();
        none.set(false);
        time.advance(Duration.ofSeconds(1));
        ManualTime.await(() -> made.size() == 3);
        assertThat(made).containsExactly(1, 2, 3);
        assertThat(time.scheduled()).isZero();
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
