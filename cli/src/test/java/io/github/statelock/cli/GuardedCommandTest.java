package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.local.MemoryBackend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a command whose lock is lost. */
@Tag("real-time")
class GuardedCommandTest {

    private static final StateKey KEY = StateKey.of("key");

    @TempDir
    private Path folder;

    private final Output output = new Output(stream(), stream(), () -> false, () -> false);

    private static PrintStream stream() {
        return new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
    }

    /** The holder is told of a loss up to 100 ms after its deadline, which is the lease minus its margin. */
    @ParameterizedTest
    @ValueSource(longs = {5, 10, 15, 30, 60, 86_400})
    void theKillComesBeforeTheLeaseEnds(long seconds) {
        Duration lease = Duration.ofSeconds(seconds);
        Duration deadline = lease.minus(LockOptions.safetyMargin(lease));
        assertThat(deadline.plusMillis(100).plus(GuardedCommand.graceOf(lease))).isLessThan(lease);
        assertThat(GuardedCommand.graceOf(lease)).isGreaterThanOrEqualTo(Duration.ofMillis(700));
    }

    @Test
    void whatIgnoresTermIsKilledWhenTheGraceIsOver() throws Exception {
        assertThat(runAndLose("trap '' TERM; echo > ready; while :; do sleep 1; done", Duration.ofMillis(300)))
                .isEqualTo(137);
    }

    @Test
    void whatEndsByTermIsNotKilled() throws Exception {
        assertThat(runAndLose("trap 'exit 5' TERM; echo > ready; while :; do sleep 0.1; done", Duration.ofMinutes(1)))
                .isEqualTo(5);
    }

    /** Its parent starts it when it gets TERM, and has ended before the KILL: then it is nobody's child any more. */
    @Test
    void whatIsStartedAtTheEndByAChildThatEndsIsKilledToo() throws Exception {
        String name = "late-" + UUID.randomUUID();
        Files.writeString(folder.resolve(name), "trap '' TERM; while :; do sleep 0.1; done");
        Files.writeString(
                folder.resolve("child"), "trap 'sh " + name + " & sleep 0.5; exit' TERM; while :; do sleep 0.1; done");
        runAndLose("sh child & trap 'exit 5' TERM; echo > ready; while :; do sleep 0.1; done", Duration.ofSeconds(2));
        assertThat(running(name)).isEmpty();
    }

    /** A background process whose parent has ended long before the loss. */
    @Test
    void whatIsNobodysChildAnyMoreIsKilledToo() throws Exception {
        String name = "orphan-" + UUID.randomUUID();
        Files.writeString(folder.resolve(name), "trap '' TERM; echo > ready; while :; do sleep 0.1; done");
        try {
            runAndLose("(sh " + name + " &); trap 'exit 5' TERM; while :; do sleep 0.1; done", Duration.ofSeconds(2));
            assertThat(running(name)).isEmpty();
        } finally {
            running(name).forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static List<ProcessHandle> running(String name) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(name))
                .toList();
    }

    private int runAndLose(String script, Duration grace) throws Exception {
        try (StateBackend backend = MemoryBackend.open("guarded-" + UUID.randomUUID())) {
            HeldLock lock = backend.locks().acquire(KEY, LockOptions.operation("test"));
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> run(lock, script, grace));
            while (!Files.exists(folder.resolve("ready"))) {
                Thread.onSpinWait();
            }
            backend.locks().forceUnlock(KEY, lock.info().id());
            return code.get(1, TimeUnit.MINUTES);
        }
    }

    private int run(HeldLock lock, String script, Duration grace) {
        try {
            return new GuardedCommand(output, lock, Optional.of(grace))
                    .run(List.of("sh", "-c", "cd '" + folder + "'; " + script), Map.of());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
