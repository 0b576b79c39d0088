package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.LockInfo;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The engine's concurrent parts under every interleaving that a model checker finds in scenarios made at random. */
@Tag("slow")
class LincheckTest {

    private static final StateKey KEY = StateKey.of("key");
    private static final LockInfo INFO = new LockInfo("id", "apply", "", "me@here", "1", Instant.EPOCH, "key");
    private static final Duration LEASE = Duration.ofSeconds(30);

    private static void check(Class<?> test) {
        new ModelCheckingOptions()
                .iterations(5)
                .invocationsPerIteration(100)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(1)
                .minimizeFailedScenario(false)
                .check(test);
    }

    private static void seeBroken(Class<?> test) {
        assertThatExceptionOfType(LincheckAssertionError.class).isThrownBy(() -> check(test));
    }

    @Test
    void aLocalQueueHasOneHeadAndKeepsTheOrder() {
        check(QueueOps.class);
    }

    @Test
    void aQueueThatLooksOutsideItsLockIsSeenToBeBroken() {
        seeBroken(BrokenQueueOps.class);
    }

    @Test
    void aLeaseStateEndsOnce() {
        check(LeaseOps.class);
    }

    @Test
    void aLeaseStateWithoutItsLockIsSeenToBeBroken() {
        seeBroken(BrokenLeaseOps.class);
    }

    @Test
    void observationsKeepTheFirstSightOfAVersion() {
        check(ObservationOps.class);
    }

    @Test
    void observationsWithoutTheirLockAreSeenToBeBroken() {
        seeBroken(BrokenObservationOps.class);
    }

    /** Each thread has one place; what it sees must be what some order of all calls would have shown. */
    public static class QueueOps {
        private final LocalQueue queue = new LocalQueue();
        private final AtomicReferenceArray<LocalQueue.@Nullable Ticket> tickets = new AtomicReferenceArray<>(8);

        @Operation
        public boolean join(@Param(gen = ThreadIdGen.class) int thread) {
            if (tickets.get(thread) != null) {
                return false;
            }
            tickets.set(thread, queue.join(KEY, thread % 2 == 0));
            return true;
        }

        @Operation
        public boolean isTurn(@Param(gen = ThreadIdGen.class) int thread) {
            LocalQueue.Ticket ticket = tickets.get(thread);
            return ticket != null && ticket.turn().isDone();
        }

        @Operation
        public boolean passTurn(@Param(gen = ThreadIdGen.class) int thread) {
            LocalQueue.Ticket ticket = tickets.get(thread);
            return ticket != null && ticket.passTurn();
        }

        @Operation
        public void show(@Param(gen = ThreadIdGen.class) int thread) {
            LocalQueue.Ticket ticket = tickets.get(thread);
            if (ticket != null) {
                ticket.show(observed("v" + thread));
            }
        }

        @Operation
        public String holder(@Param(gen = ThreadIdGen.class) int thread) {
            LocalQueue.Ticket ticket = tickets.get(thread);
            return ticket == null
                    ? ""
                    : ticket.holder().map(ObservedLock::version).orElse("");
        }

        @Operation
        public void leave(@Param(gen = ThreadIdGen.class) int thread) {
            LocalQueue.Ticket ticket = tickets.get(thread);
            if (ticket != null) {
                tickets.set(thread, null);
                ticket.leave();
            }
        }
    }

    /** The same queue with the mistake that two may find it empty. */
    public static class BrokenQueueOps {
        private final Deque<Integer> line = new ArrayDeque<>();
        private final AtomicReferenceArray<@Nullable Boolean> heads = new AtomicReferenceArray<>(8);

        @Operation
        public boolean join(@Param(gen = ThreadIdGen.class) int thread) {
            boolean head;
            synchronized (line) {
                head = line.isEmpty();
            }
            synchronized (line) {
                line.addLast(thread);
            }
            heads.set(thread, head);
            return head;
        }

        @Operation
        public boolean isTurn(@Param(gen = ThreadIdGen.class) int thread) {
            return Boolean.TRUE.equals(heads.get(thread));
        }
    }

    /** A lock whose time runs out when an operation says so. */
    public static class LeaseOps {
        private final SettableTicker ticker = new SettableTicker();
        private final LeaseState state = new LeaseState(
                Optional.of(new Lease(LEASE)), ticker, new OwnedLock(KEY, INFO, Optional.of(LEASE), "v0"), 0, 0);

        @Operation
        public boolean renewed(@Param(gen = IntGen.class, conf = "1:3") int version) {
            OwnedLock next = new OwnedLock(KEY, INFO, Optional.of(LEASE), "v" + version);
            return state.renewed(next, 0, 0);
        }

        @Operation
        public boolean lose() {
            return state.lose("proof");
        }

        @Operation
        public boolean release() {
            return state.release();
        }

        @Operation
        public boolean atRisk() {
            return state.atRisk();
        }

        @Operation
        public boolean expireIfDue() {
            return state.expireIfDue("late");
        }

        @Operation
        public void timeRunsOut() {
            ticker.nanos = LEASE.toNanos();
        }

        @Operation
        public String status() {
            return state.status() + " " + state.owned().version();
        }
    }

    /** The status written after a look at it, without a lock around both. */
    public static class BrokenLeaseOps {
        private volatile LockStatus status = LockStatus.HELD;

        @Operation
        public boolean lose() {
            return end(LockStatus.LOST);
        }

        @Operation
        public boolean release() {
            return end(LockStatus.RELEASED);
        }

        @Operation
        public LockStatus status() {
            return status;
        }

        private boolean end(LockStatus end) {
            if (status != LockStatus.HELD) {
                return false;
            }
            status = end;
            return true;
        }
    }

    /** Sights of two versions, received at different times. */
    public static class ObservationOps {
        private final Observations observations = new Observations(new FakeStore());

        @Operation
        public long see(
                @Param(gen = IntGen.class, conf = "1:2") int version,
                @Param(gen = IntGen.class, conf = "1:9") int received) {
            return observations.see(observed("v" + version), received);
        }

        @Operation
        public void forget() {
            observations.forget(KEY);
        }
    }

    /** The same without a lock. */
    public static class BrokenObservationOps {
        private volatile int version;
        private volatile int since;

        @Operation
        public int see(
                @Param(gen = IntGen.class, conf = "1:2") int seen,
                @Param(gen = IntGen.class, conf = "1:9") int received) {
            if (version != seen) {
                version = seen;
                since = received;
            }
            return since;
        }
    }

    private static final class SettableTicker implements Ticker {
        private volatile long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return nanos / 1_000_000;
        }
    }

    private static ObservedLock observed(String version) {
        return new ObservedLock(KEY, Optional.of(INFO), Optional.of(LEASE), version, false);
    }
}
