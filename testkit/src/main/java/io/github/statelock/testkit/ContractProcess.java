package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A process of its own that works with a lock, as its arguments say. Ends when its parent does. */
final class ContractProcess {

    /** What the process does. */
    enum Job {
        /** Takes turns inside the oracle, under the lock. */
        TURNS,
        /** The same without the lock: the control. */
        TURNS_UNLOCKED,
        /** Takes the lock, says so, and keeps it. */
        HOLD,
        /** Counts the state up under the lock, without end. */
        COUNT_UP
    }

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final PrintStream out = new PrintStream(System.out, true, UTF_8);
    private final StateBackend backend;
    private final StateKey key;
    private final SharedExclusionOracle oracle;
    private final LockOptions options;

    private ContractProcess(StateBackend backend, StateKey key, Path folder, Duration lease) {
        this.backend = backend;
        this.key = key;
        this.oracle = new SharedExclusionOracle(folder);
        LockOptions.Builder builder =
                LockOptions.builder().operation("contract").fencing(true).waitUpTo(PATIENCE);
        this.options = lease.isZero()
                ? builder.noLease().build()
                : builder.lease(lease).build();
    }

    /** Arguments: opener class, store, key, oracle's folder, lease in ms or 0, job, turns, threads. */
    public static void main(String[] args) throws Exception {
        endWithParent();
        Duration lease = Duration.ofMillis(Long.parseLong(args[4]));
        try (StateBackend backend = Fleet.openBackend(Class.forName(args[0]), args[1])) {
            ContractProcess process = new ContractProcess(backend, StateKey.of(args[2]), Path.of(args[3]), lease);
            process.run(Job.valueOf(args[5]), Integer.parseInt(args[6]), Integer.parseInt(args[7]));
        }
    }

    private void run(Job job, int turns, int threads) throws Exception {
        List<Call<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            String thread = "thread " + i;
            calls.add(Call.start(() -> work(job, turns, thread)));
        }
        for (Call<Boolean> call : calls) {
            call.result();
        }
        out.println("DONE");
    }

    private boolean work(Job job, int turns, String thread) throws InterruptedException {
        switch (job) {
            case TURNS -> {
                for (int turn = 0; turn < turns; turn++) {
                    try (HeldLock lock = backend.locks().acquire(key, options)) {
                        oracle.visit(lock);
                    }
                }
            }
            case TURNS_UNLOCKED -> {
                for (int turn = 0; turn < turns; turn++) {
                    oracle.visit(thread, Optional.empty());
                }
            }
            case HOLD -> {
                HeldLock lock = backend.locks().acquire(key, options);
                out.println("HELD " + lock.info().id());
                new CountDownLatch(1).await();
            }
            case COUNT_UP -> {
                while (true) {
                    try (LockedState state = backend.lock(key, options)) {
                        countUp(state);
                    }
                }
            }
        }
        return true;
    }

    private void countUp(LockedState state) {
        oracle.inside(state.lock().info().id(), state.lock().fencingToken(), () -> {
            out.println("HELD " + state.lock().info().id());
            int serial = state.read().map(s -> WholeState.serial(s.bytes())).orElse(0);
            state.write(WholeState.of(serial + 1));
            out.println("WROTE " + (serial + 1));
            return true;
        });
        out.println("LEAVES");
    }

    /** The parent never writes: the end of the input is the end of the parent. */
    private static void endWithParent() {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            Thread.onSpinWait();
                        }
                        Runtime.getRuntime().halt(3);
                    } catch (IOException e) {
                        Runtime.getRuntime().halt(4);
                    }
                },
                "contract-parent-watch");
        watch.setDaemon(true);
        watch.start();
    }
}
