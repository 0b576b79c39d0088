package io.github.statelock.engine;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures in real time whether one manager keeps 10,000 locks of 30 s on a store that takes 10 ms for each request. Not a
 * test and not run by the build. Arguments, all optional: the number of locks, the milliseconds of a request, the seconds to
 * hold.
 */
final class LockBenchmark {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private final FakeStore store = new FakeStore();
    private final AtomicInteger late = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger renewed = new AtomicInteger();
    private final AtomicLong oldest = new AtomicLong();
    private final AtomicInteger mostThreads = new AtomicInteger();

    private LockBenchmark() {}

    /** Runs it and prints one line for each measure. */
    public static void main(String[] args) throws InterruptedException {
        int locks = args.length > 0 ? Integer.parseInt(args[0]) : 10_000;
        int millis = args.length > 1 ? Integer.parseInt(args[1]) : 10;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 90;
        new LockBenchmark().run(locks, Duration.ofMillis(millis), Duration.ofSeconds(seconds));
    }

    private void run(int number, Duration request, Duration hold) throws InterruptedException {
        EngineOptions options = EngineOptions.builder().build();
        DriverLockManager manager = new DriverLockManager(store, options, new EngineThreads(options));
        LockOptions lockOptions =
                LockOptions.builder().lease(LEASE).listener(new Counting()).build();
        List<HeldLock> held = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            slowRenewals(request, 20);
            held.add(manager.acquire(StateKey.of("key" + i), lockOptions));
        }
        long end = System.nanoTime() + hold.toNanos();
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            held.forEach(lock -> oldest.accumulateAndGet(age(lock), Math::max));
            mostThreads.accumulateAndGet(threads(), Math::max);
        }
        long notHeld =
                held.stream().filter(lock -> lock.status() != LockStatus.HELD).count();
        System.out.printf("locks %d, request %s, held for %s%n", number, request, hold);
        System.out.printf(
                "renewals %d, late %d, lost %d, not HELD at the end %d%n",
                renewed.get(), late.get(), lost.get(), notHeld);
        System.out.printf(
                "oldest renewal %d ms, most threads %d%n", NANOSECONDS.toMillis(oldest.get()), mostThreads.get());
    }

    private void slowRenewals(Duration request, int times) {
        for (int i = 0; i < times; i++) {
            store.fault(FakeStore.Op.RENEW, sent -> {
                LockSupport.parkNanos(request.toNanos());
                return (RenewOutcome) sent.send();
            });
        }
    }

    private static long age(HeldLock lock) {
        return LEASE.minus(new Lease(LEASE).margin())
                .minus(lock.remaining().orElseThrow())
                .toNanos();
    }

    private static int threads() {
        return (int) Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("statelock-"))
                .count();
    }

    private final class Counting implements LockListener {
        @Override
        public void renewed(HeldLock lock) {
            renewed.incrementAndGet();
        }

        @Override
        public void atRisk(HeldLock lock, String reason) {
            late.incrementAndGet();
        }

        @Override
        public void lost(HeldLock lock, LockLostException reason) {
            lost.incrementAndGet();
        }
    }
}
