package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;

/** A lock manager over a {@link FakeStore} in {@link ManualTime}. */
abstract class EngineTest {

    static final StateKey KEY = StateKey.of("prod/network.tfstate");
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration MARGIN = Duration.ofSeconds(3);

    final ManualTime time = new ManualTime();
    final FakeStore store = new FakeStore();
    final DriverLockManager manager = newManager();
    private final ExecutorService threads = Executors.newCachedThreadPool(EngineThreads.factory("test"));

    /** A second manager is a second process, as far as the store can tell. */
    final DriverLockManager newManager() {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        return new DriverLockManager(store, options, new EngineThreads(options, time.workers()::around));
    }

    static LockOptions waiting(Duration wait) {
        return LockOptions.builder().operation("test").waitUpTo(wait).build();
    }

    HeldLock lock() throws InterruptedException {
        LockAttempt attempt = manager.tryAcquire(KEY, LockOptions.operation("test"));
        assertThat(attempt).isInstanceOf(LockAttempt.Acquired.class);
        return ((LockAttempt.Acquired) attempt).lock();
    }

    <T> Future<T> inBackground(Callable<T> call) {
        return threads.submit(time.workers().around(call));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }
}
