package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.ContractProcess.Job;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed while they hold the lock of a folder. */
@Tag("real-time")
class FileKilledHoldersTest {

    private static final int KILLS = 100;
    private static final int PROCESSES = 4;
    /** About as long as the first turn of a young JVM takes, so that holders are killed before, while and after they write. */
    private static final int MOST_WORK_NANOS = 150_000_000;

    private static final Duration LEASE = Duration.ofSeconds(5);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private Fleet fleet(Class<? extends DriversOpener> opener) {
        return new Fleet(opener, folder.resolve("store").toString(), folder, LEASE);
    }

    @Test
    void aHundredKilledHoldersLeaveNoTornStateAndNoLockThatWasTakenTooEarly() throws Exception {
        Fleet fleet = fleet(FolderOpener.class);
        SharedExclusionOracle oracle = fleet.oracle();
        List<ChildJvm> children = new ArrayList<>();
        Random random = new Random(100);
        int wrote = 0;
        int kills = 0;
        try (StateBackend reader = fleet.openBackend()) {
            for (int i = 0; i < PROCESSES; i++) {
                children.add(fleet.start("counted", Job.COUNT_UP, 1, 1));
            }
            int killedHolders = 0;
            for (; killedHolders < KILLS; kills++) {
                ChildJvm child = holder(children, random);
                LockSupport.parkNanos(random.nextInt(MOST_WORK_NANOS));
                if (kills % 10 == 0) { // on a machine that is busy with something else none might get that far
                    child.await("WROTE");
                }
                child.kill();
                killedHolders += count(child, "HELD") > count(child, "LEAVES") ? 1 : 0;
                wrote += count(child, "WROTE");
                children.set(children.indexOf(child), fleet.start("counted", Job.COUNT_UP, 1, 1));
                assertWhole(reader);
            }
            for (ChildJvm child : children) {
                child.kill();
                wrote += count(child, "WROTE");
            }
            assertThat(oracle.violations()).isEmpty();
            assertThat(wrote).as("states written meanwhile").isPositive();
            LockOptions patient =
                    LockOptions.builder().waitUpTo(LEASE.multipliedBy(3)).build();
            try (LockedState state = reader.lock("counted", patient)) {
                int serial = WholeState.serial(state.read().orElseThrow().bytes());
                assertThat(serial).isBetween(wrote, wrote + kills + PROCESSES);
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
    }

    /** The process that says from now on, before all others, that it holds the lock. */
    private static ChildJvm holder(List<ChildJvm> children, Random random) {
        children.forEach(ChildJvm::output);
        List<ChildJvm> found = new ArrayList<>();
        List<ChildJvm> shuffled = new ArrayList<>(children);
        Collections.shuffle(shuffled, random);
        RealTime.await("holder among the processes", Duration.ofMinutes(1), () -> {
            shuffled.stream().filter(child -> child.hasSaid("HELD")).findFirst().ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.get(0);
    }

    private static int count(ChildJvm child, String beginning) {
        return (int) child.output().stream()
                .filter(line -> line.startsWith(beginning))
                .count();
    }

    private static void assertWhole(StateBackend reader) {
        reader.states().read(StateKey.of("counted")).ifPresent(state -> WholeState.serial(state.bytes()));
    }

    /** Where records name no process, nobody knows that the holder is dead: its lease and margin must pass. */
    @Test
    void withoutAProcessInTheRecordTheLeaseAloneDecides() throws Exception {
        Fleet fleet = fleet(FolderOpener.WithoutProcesses.class);
        List<ChildJvm> holders = new ArrayList<>();
        try (StateBackend backend = fleet.openBackend()) {
            for (int i = 0; i < PROCESSES; i++) {
                holders.add(fleet.start("leased/" + i, Job.HOLD, 1, 1));
            }
            List<Call<Duration>> heirs = new ArrayList<>();
            for (int i = 0; i < PROCESSES; i++) {
                String id = holders.get(i).await("HELD").substring("HELD ".length());
                heirs.add(startHeir(backend, StateKey.of("leased/" + i), holders.get(i), id));
            }
            Duration deadAfter = LEASE.plus(ContractScenario.margin(LEASE));
            for (Call<Duration> heir : heirs) {
                Duration afterKill = heir.result();
                // The last renewal was sent at most a third of the lease before the kill.
                assertThat(afterKill).isBetween(deadAfter.minus(LEASE.dividedBy(3)), deadAfter.plusSeconds(3));
            }
        } finally {
            holders.forEach(ChildJvm::close);
        }
    }

    private static Call<Duration> startHeir(StateBackend backend, StateKey key, ChildJvm holder, String id) {
        return Call.start(() -> {
            assertThat(backend.locks().inspect(key).orElseThrow().hasId(id)).isTrue();
            holder.kill();
            long killed = System.nanoTime();
            LockOptions options = LockOptions.builder()
                    .lease(LEASE)
                    .waitUpTo(LEASE.multipliedBy(4))
                    .build();
            try (HeldLock lock = backend.locks().acquire(key, options)) {
                assertThat(lock.info().id()).isNotEqualTo(id);
                return Duration.ofNanos(System.nanoTime() - killed);
            }
        });
    }

    @Test
    void theDeadAreFoundAtOnceWhereTheRecordNamesTheirProcess() throws Exception {
        Fleet fleet = fleet(FolderOpener.class);
        try (StateBackend backend = fleet.openBackend();
                ChildJvm holder = fleet.start("quick", Job.HOLD, 1, 1)) {
            String id = holder.await("HELD").substring("HELD ".length());
            assertThat(startHeir(backend, StateKey.of("quick"), holder, id).result())
                    .isLessThan(LEASE.dividedBy(2));
        }
    }
}
