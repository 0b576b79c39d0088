package io.github.statelock.local;

import static io.github.statelock.local.Locks.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
