package io.github.statelock.local;

import static io.github.statelock.local.StateDriverCases.KEY;
import static io.github.statelock.local.StateDriverCases.write;
import static io.github.statelock.local.StateDriverCases.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes that fail or are killed at every single file operation. */
@Tag("slow")
class BrokenWriteTest {

    @TempDir
    Path root;

    /** Writes "new" over the state and stops dead before operation number n. */
    static final class Writer {

        private Writer() {}

        public static void main(String[] arguments) {
            AtomicInteger left = new AtomicInteger(Integer.parseInt(arguments[1]));
            FileOps ops = new FailingOps((operation, file) -> {
                if (left.decrementAndGet() == 0) {
                    Runtime.getRuntime().halt(137);
                }
            });
            Path root = Folders.real(Path.of(arguments[0]));
            Folder folder =
                    new Folder(root, ops, file -> new FileMutex(file, Duration.ofSeconds(5)), ProcProcesses.system());
            written(new FileStateDriver(folder).write(write("new", WriteCondition.unconditional())));
        }
    }

    private FileStateDriver driver() {
        Path real = Folders.real(root);
        return new FileStateDriver(new Folder(
                real, FileOps.system(), file -> new FileMutex(file, Duration.ofSeconds(5)), ProcProcesses.system()));
    }

    private String stored() {
        return driver().read(KEY).orElseThrow().state().utf8();
    }

    @Test
    void aWriterKilledAnywhereLeavesTheOldStateOrTheNew() throws Exception {
        List<String> seen = new ArrayList<>();
        StateVersion base = written(driver().write(write("old", WriteCondition.ifAbsent())));
        int exitCode = 137;
        for (int n = 1; exitCode != 0; n++) {
            try (Child child = Child.start(Writer.class, root.toString(), Integer.toString(n))) {
                exitCode = child.exitCode();
            }
            assertThat(exitCode).isIn(0, 137);
            seen.add(stored());
            assertThat(driver().read(KEY).orElseThrow().state().version().equals(base))
                    .isEqualTo(stored().equals("old"));
            base = written(driver().write(write("old", WriteCondition.unconditional())));
            assertThat(root.resolve("tmp")).isEmptyDirectory();
        }
        assertThat(seen)
                .contains("old", "new")
                .containsOnly("old", "new")
                .isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    /** Tries a write with each operation failing in turn; gives the outcomes. */
    private List<Object> outcomesOf(IOException failure) {
        List<Object> outcomes = new ArrayList<>();
        AtomicInteger left = new AtomicInteger();
        for (int n = 1; left.get() <= 0; n++) {
            StateVersion base = written(driver().write(write("old", WriteCondition.unconditional())));
            left.set(n);
            FileOps ops = new FailingOps((operation, file) -> {
                if (left.decrementAndGet() == 0) {
                    throw failure;
                }
            });
            StateWrite write = write("new", WriteCondition.ifVersion(base));
            try {
                WriteOutcome outcome = new FileStateDriver(Folders.of(root, ops)).write(write);
                outcomes.add(outcome.getClass());
                if (outcome instanceof WriteOutcome.Written) {
                    assertThat(stored()).isEqualTo("new");
                }
            } catch (StatelockException e) {
                outcomes.add(e.getClass());
                assertThat(stored()).as("nothing was applied").isEqualTo("old");
            }
        }
        return outcomes;
    }

    @Test
    void aFullDiskAnywhereLeavesTheOldStateOrSaysThatItDoesNotKnow() {
        List<Object> outcomes = outcomesOf(new IOException("No space left on device"));

        assertThat(outcomes)
                .contains(BackendUnavailableException.class, WriteOutcome.Unknown.class, WriteOutcome.Written.class)
                .containsOnly(
                        BackendUnavailableException.class, WriteOutcome.Unknown.class, WriteOutcome.Written.class);
    }

    @Test
    void aMissingPermissionIsDenied() {
        assertThat(outcomesOf(new AccessDeniedException("/some/file")))
                .contains(BackendDeniedException.class)
                .doesNotContain(BackendUnavailableException.class);
    }

    @Test
    void aFullDiskNamesTheFileAndWhatIsStillThere() {
        written(driver().write(write("old", WriteCondition.ifAbsent())));
        FileOps full = new FailingOps((operation, file) -> {
            if (operation.equals("create")) {
                throw new IOException("No space left on device");
            }
        });
        assertThatThrownBy(() ->
                        new FileStateDriver(Folders.of(root, full)).write(write("new", WriteCondition.unconditional())))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("No space")
                .hasMessageContaining(root.getFileName().toString());
        assertThat(stored()).isEqualTo("old");
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void aLockWhoseSyncFailsIsUnknownAndARenewalThatCouldNotStartIsRefused() {
        String[] failing = {"syncFolder"};
        FileOps ops = new FailingOps((operation, file) -> {
            if (operation.equals(failing[0])) {
                throw new IOException("Input/output error");
            }
        });
        // The folders are there already, so that the first sync is the one after the rename.
        LockDriver sound = new LocalLockDriver(new FileRecords(Folders.of(root)), Processes.unknown());
        OwnedLock other = Locks.taken(sound, Locks.leased(sound, KEY));
        LockDriver driver = new LocalLockDriver(new FileRecords(Folders.of(root, ops)), Processes.unknown());

        assertThat(driver.release(other)).isInstanceOf(ReleaseOutcome.Unknown.class);
        Folders.of(root).io(() -> Folders.of(root).makeKeyFolder(KEY));
        assertThat(driver.tryAcquire(Locks.leased(driver, KEY))).isInstanceOf(AcquireOutcome.Unknown.class);

        OwnedLock lock = OwnedLockOf.record(sound);
        failing[0] = "read";
        assertThat(driver.renew(lock)).isInstanceOf(RenewOutcome.Refused.class);
        assertThat(sound.observe(KEY)).contains(lock.asObserved());
    }

    /** The lock as its record shows it. */
    private static final class OwnedLockOf {

        private OwnedLockOf() {}

        static OwnedLock record(LockDriver driver) {
            var seen = driver.observe(KEY).orElseThrow();
            return new OwnedLock(KEY, seen.info().orElseThrow(), seen.lease(), seen.version());
        }
    }

    @Test
    void theFileOperationsThatFailLeaveHalfAFile() throws IOException {
        FileOps full = new FailingOps((operation, file) -> {
            throw new IOException("No space left on device");
        });
        Path half = root.resolve("half");
        assertThatThrownBy(() -> full.create(half, new byte[10])).hasMessageContaining("No space");
        assertThat(Files.size(half)).isEqualTo(5);
    }
}
