package io.github.statelock.engine;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.engine.FakeStore.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A process that really has no thread left when its renewals are due. Run by {@link ThreadShortageProcessTest}, as a user whose
 * number of threads is limited.
 */
final class ThreadShortageProgram {

    static final String ALL_HELD = "all locks are held";

    private static final Duration LEASE = Duration.ofSeconds(12);

    private static volatile boolean exhausted = true;

    private ThreadShortageProgram() {}

    /** Says {@link #ALL_HELD}, or what went wrong. */
    public static void main(String[] args) throws InterruptedException {
        FakeStore store = new FakeStore();
        EngineOptions options = EngineOptions.builder().build();
        DriverLockManager manager = new DriverLockManager(store, options, new EngineThreads(options));
        LockOptions leased =
                LockOptions.builder().operation("test").lease(LEASE).build();
        List<HeldLock> locks = new ArrayList<>();
        for (int i = 0; i < 2 * Renewals.MAX_IN_FLIGHT; i++) {
            locks.add(manager.acquire(StateKey.of("key" + i), leased));
        }
        List<Thread> others = takeAllThreads();
        System.out.println(others.size() + " other threads were started, then none");
        await(() -> store.count(Op.RENEW) >= locks.size() || anyLost(locks));
        exhausted = false;
        for (Thread other : others) {
            other.join();
        }
        locks.add(manager.acquire(StateKey.of("later"), leased));
        int renewals = store.count(Op.RENEW);
        await(() -> store.count(Op.RENEW) >= renewals + locks.size() || anyLost(locks));
        System.out.println(anyLost(locks) ? "a lock was lost" : ALL_HELD);
        System.exit(0);
    }

    private static boolean anyLost(List<HeldLock> locks) {
        return locks.stream().anyMatch(lock -> lock.status() == LockStatus.LOST);
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static List<Thread> takeAllThreads() {
        List<Thread> others = new ArrayList<>();
        while (true) {
            Thread other = new Thread(null, () -> await(() -> !exhausted), "other", 128 << 10);
            other.setDaemon(true);
            try {
                other.start();
                others.add(other);
            } catch (OutOfMemoryError e) {
                return others;
            }
        }
    }
}
