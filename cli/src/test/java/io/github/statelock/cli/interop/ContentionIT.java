package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.cli.Cli.Running;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two OpenTofu processes at a time and a JVM that want the same lock. */
@Tag("interop")
final class ContentionIT {

    private static final int APPLIES = 50;
    private static final int APPLIES_BETWEEN_HOLDS = 8;
    private static final int HOLDS = 5;

    @TempDir
    Path folder;

    /** Where the state is. */
    enum Where {
        S3_TABLE,
        S3_LOCK_FILE,
        S3_BOTH,
        GCS,
        AZURE,
        HTTP;

        SharedStore open(Path folder) throws Exception {
            return switch (this) {
                case S3_TABLE -> S3Store.withTable();
                case S3_LOCK_FILE -> S3Store.withLockFile();
                case S3_BOTH -> S3Store.withBoth();
                case GCS -> new GcsStore(TestServers.gcs());
                case AZURE -> new AzureStore(folder);
                case HTTP -> new HttpStore(folder);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void fiftyAppliesMakeFiftySerialsAndNoneIsLost(Where where) throws Exception {
        try (SharedStore store = where.open(folder)) {
            Turns turns = new Turns(folder);
            Growing first = Growing.in(folder.resolve("one"), store, turns);
            Growing second = Growing.in(folder.resolve("two"), store, turns);
            first.begin("apply-1");

            Iterator<Integer> numbers = IntStream.rangeClosed(2, APPLIES).iterator();
            Semaphore applied = new Semaphore(0);
            ConcurrentLinkedQueue<Integer> counts = new ConcurrentLinkedQueue<>();
            runAll(List.of(
                    applying(first, numbers, counts, applied),
                    applying(second, numbers, counts, applied),
                    holding(store, turns, applied)));

            assertThat(counts)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(2, APPLIES).boxed().toList());
            assertThat(turns.check()).isEqualTo(APPLIES + HOLDS);
            checkState(store);
            Transcript.note(
                    store, "refusals without a holder's name: " + (first.unnamedRefusals() + second.unnamedRefusals()));
        }
    }

    private static void runAll(List<Callable<Void>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<Future<Void>> all = tasks.stream().map(threads::submit).toList();
            for (Future<Void> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void checkState(SharedStore store) {
        String state =
                InteropContract.cli(store).run("pull", store.key()).exits(0).out();
        assertThat(StateFile.serialOf(state)).isEqualTo(store.firstSerial() + APPLIES - 1);
        assertThat(Growing.entriesOf(state))
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, APPLIES)
                        .mapToObj(number -> "apply-" + number)
                        .toList());
        assertThat(store.residue()).isEmpty();
        store.checkDigest();
    }

    private static Callable<Void> applying(
            Growing growing, Iterator<Integer> numbers, ConcurrentLinkedQueue<Integer> counts, Semaphore applied) {
        return () -> {
            while (true) {
                int number;
                synchronized (numbers) {
                    if (!numbers.hasNext()) {
                        return null;
                    }
                    number = numbers.next();
                }
                counts.add(growing.apply("apply-" + number, "-lock-timeout=100s"));
                applied.release();
            }
        };
    }

    /** Takes the lock now and then and looks whether anybody writes meanwhile. */
    private static Callable<Void> holding(SharedStore store, Turns turns, Semaphore applied) {
        return () -> {
            LockOptions options = LockOptions.builder()
                    .operation("hold")
                    .waitUpTo(Duration.ofMinutes(5))
                    .build();
            try (StateBackend backend = StateBackends.open(URI.create(store.uri()))) {
                for (int hold = 1; hold <= HOLDS; hold++) {
                    applied.acquire(APPLIES_BETWEEN_HOLDS);
                    try (LockedState locked = backend.lock(store.key(), options)) {
                        turns.enter("jvm-" + hold);
                        State before = locked.read().orElseThrow();
                        for (int look = 0; look < 20; look++) {
                            State now = backend.states().read(before.key()).orElseThrow();
                            assertThat(now.version()).isEqualTo(before.version());
                        }
                        turns.leave("jvm-" + hold);
                    }
                }
            }
            return null;
        };
    }

    /** The control: what the test above counts is lost when nobody locks. */
    @Test
    void withoutLocksAnApplyIsLost() throws Exception {
        try (SharedStore store = S3Store.withLockFile()) {
            Turns turns = new Turns(folder);
            Growing slow = Growing.in(folder.resolve("one"), store, turns);
            Growing fast = Growing.in(folder.resolve("two"), store, turns);
            slow.begin("apply-1");
            Gate gate = new Gate(folder, "slow");
            try (Running waiting = slow.startUnlocked("apply-2", gate)) {
                waiting.awaitOut(Gate.REACHED);
                assertThat(fast.apply("apply-3", "-lock=false")).isEqualTo(2);
                gate.open();
                waiting.result().exits(0);
            }
            String state =
                    InteropContract.cli(store).run("pull", store.key()).exits(0).out();
            assertThat(Growing.entriesOf(state)).containsExactly("apply-1", "apply-2");
            assertThat(StateFile.serialOf(state)).isEqualTo(2);
        }
    }
}
