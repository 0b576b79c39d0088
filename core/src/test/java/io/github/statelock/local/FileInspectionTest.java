package io.github.statelock.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the folder itself tells, and how nothing of a key is left in it. */
class FileInspectionTest {

    private static final StateKey KEY = StateKey.of("probe/1");

    @TempDir
    Path root;

    private Status statusOf(String name, String fileSystem) {
        Folder folder = Folders.of(root);
        FolderOpening.Types types = path -> Optional.of(fileSystem).filter(type -> !type.isEmpty());
        return new FileInspection(root, folder, types)
                .findings().stream()
                        .filter(finding -> finding.name().equals(name))
                        .map(Finding::status)
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void aNetworkFileSystemFailsAndALocalOneDoesNot() {
        assertThat(statusOf("file system", "ext4")).isEqualTo(Status.OK);
        assertThat(statusOf("file system", "NFS4")).isEqualTo(Status.FAIL);
        assertThat(statusOf("file system", "")).isEqualTo(Status.FAIL);
    }

    @Test
    void aFolderThatOthersMayWriteToIsAWarning() throws Exception {
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(statusOf("folder permissions", "ext4")).isEqualTo(Status.OK);
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwx---"));
        assertThat(statusOf("folder permissions", "ext4")).isEqualTo(Status.WARN);
    }

    @Test
    void nothingOfAKeyIsLeftUnlessItIsLocked() throws Exception {
        try (FileBackend backend = FileBackend.open(root)) {
            backend.states().write(KEY, "1".getBytes(UTF_8), WriteCondition.ifAbsent());
            backend.states().delete(KEY, WriteCondition.unconditional());
            assertThat(root.resolve("keys")).isNotEmptyDirectory();
            try (var lock = backend.locks().acquire(KEY, LockOptions.operation("test"))) {
                assertThat(backend.purge(KEY)).singleElement().asString().contains("it is locked");
                lock.ensureHeld();
            }
            assertThat(backend.purge(KEY)).isEmpty();
            assertThat(root.resolve("keys")).isEmptyDirectory();
            assertThat(backend.purge(StateKey.of("never/there"))).isEmpty();
        }
    }
}
