package io.github.statelock.local;

import static io.github.statelock.local.Locks.KEY;
import static io.github.statelock.local.Locks.leased;
import static io.github.statelock.local.Locks.taken;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.terraform.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Locks in files. */
class FileLockDriverTest extends LockDriverCases {

    @TempDir
    Path root;

    @Override
    Records newRecords() {
        return new FileRecords(Folders.of(root));
    }

    private LockDriver driver() {
        return new LocalLockDriver(newRecords(), Processes.unknown());
    }

    @Test
    void thePathIsTheRecordAndTheRecordIsALockFile() throws IOException {
        LockDriver driver = driver();
        OwnedLock lock = taken(driver, leased(driver, KEY));
        Path record = Path.of(driver.lockPath(KEY));

        assertThat(record).isEqualTo(Folders.real(root).resolve("keys/prod%2fnetwork/lock"));
        assertThat(LockFile.decode(Files.readAllBytes(record)).info()).isEqualTo(lock.info());
    }

    @Test
    void aReleasedLockLeavesNoFolder() throws IOException {
        LockDriver driver = driver();
        for (StateKey key : List.of(KEY, StateKey.of("x".repeat(300)))) {
            driver.release(taken(driver, leased(driver, key)));
        }
        try (Stream<Path> left = Files.list(root.resolve("keys"))) {
            assertThat(left).isEmpty();
        }
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void filesAndFoldersAreForTheirOwnerOnly() throws IOException {
        LockDriver driver = driver();
        taken(driver, leased(driver, KEY));
        try (Stream<Path> made = Files.walk(root)) {
            for (Path path : made.filter(path -> !path.equals(root)).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .as(path.toString())
                        .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
            }
        }
    }
}
