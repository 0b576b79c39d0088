package io.github.statelock.local;

import static io.github.statelock.local.Locks.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file backend as a whole, between two processes. */
class FileBackendTest {

    private static final LockOptions OPTIONS =
            LockOptions.builder().lease(Duration.ofMinutes(10)).build();

    @TempDir
    Path root;

    /** Takes the lock and keeps it until killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            try (FileBackend backend = FileBackend.open(Path.of(arguments[0]));
                    HeldLock lock = backend.locks().acquire(KEY, OPTIONS)) {
                System.out.println(lock.info().id());
                int unused = System.in.read();
            }
        }
    }

    /** The one write that repairs it, and the one that gives it up; what follows a base needs one that can be trusted. */
    @Test
    void aDamagedStateIsOverwrittenOrDeletedUnderItsLock() throws Exception {
        try (FileBackend backend = FileBackend.open(root);
                LockedState locked = backend.lock(KEY, OPTIONS)) {
            locked.write(bytes("good"));
            damage();
            assertThatThrownBy(() -> locked.read()).isInstanceOf(StateCorruptException.class);
            assertThatThrownBy(() -> locked.write(bytes("more"))).isInstanceOf(StateCorruptException.class);
            locked.overwrite(bytes("from a backup"));
            assertThat(locked.read().map(State::utf8)).contains("from a backup");
            locked.write(bytes("more"));
            damage();
            assertThatThrownBy(() -> locked.read()).isInstanceOf(StateCorruptException.class);
            locked.delete();
            assertThat(locked.read()).isEmpty();
        }
    }

    @Test
    void aStateWhoseLogIsDamagedIsOverwrittenOrDeletedUnderItsLock() throws Exception {
        try (FileBackend backend = FileBackend.open(root);
                LockedState locked = backend.lock(KEY, OPTIONS)) {
            locked.write(bytes("good"));
            Path log = Folders.of(root).keyFolder(KEY).resolve("state");
            Files.writeString(log, "damaged");
            assertThat(backend.damaged("")).containsOnlyKeys(KEY);
            assertThatThrownBy(() -> locked.read()).isInstanceOf(StateCorruptException.class);
            assertThatThrownBy(() -> locked.write(bytes("more"))).isInstanceOf(StateCorruptException.class);
            locked.overwrite(bytes("from a backup"));
            assertThat(locked.read().map(State::utf8)).contains("from a backup");
            Files.writeString(log, "damaged");
            assertThatThrownBy(() -> locked.read()).isInstanceOf(StateCorruptException.class);
            locked.delete();
            assertThat(locked.read()).isEmpty();
        }
    }

    /** Appends to the newest content. */
    private void damage() throws IOException {
        try (Stream<Path> files = Files.list(Folders.of(root).keyFolder(KEY))) {
            Path newest = files.filter(
                            file -> String.valueOf(file.getFileName()).startsWith("state."))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Files.writeString(newest, "x", StandardOpenOption.APPEND);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aKilledHoldersLockIsFreeLongBeforeItsLeaseEnds() throws Exception {
        try (FileBackend backend = FileBackend.open(root)) {
            try (Child holder = Child.start(Holder.class, root.toString())) {
                String id = holder.line();
                assertThat(backend.locks().tryAcquire(KEY, OPTIONS)).isInstanceOf(LockAttempt.Held.class);
                assertThat(backend.locks()
                                .inspect(KEY)
                                .flatMap(ObservedLock::info)
                                .map(LockInfo::id))
                        .contains(id);
                holder.kill();
            }
            LockOptions waiting = LockOptions.builder()
                    .lease(Duration.ofMinutes(10))
                    .waitUpTo(Duration.ofSeconds(30))
                    .build();
            try (HeldLock lock = backend.locks().acquire(KEY, waiting)) {
                assertThat(lock.info().path())
                        .isEqualTo(
                                Folders.of(root).keyFolder(KEY).resolve("lock").toString());
            }
            assertThat(backend.locks().inspect(KEY)).isEmpty();
        }
    }
}
