package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that are missing, foreign, forbidden or far away. */
class FolderOpeningTest {

    @TempDir
    Path parent;

    private static Path open(Path path) {
        return FolderOpening.open(path, false, FolderOpening.Types.system());
    }

    private static FolderOpening.Types type(String type) {
        return path -> Optional.of(type).filter(name -> !name.isEmpty());
    }

    @Test
    void aMissingFolderIsMadeForItsOwnerOnly() throws IOException {
        Path made = open(parent.resolve("states"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo("rwx------");
    }

    @ParameterizedTest
    @ValueSource(strings = {"terraform.tfstate", "terraform.tfstate.d", ".network.tfstate.lock.info"})
    void aFolderOfTheToolsOwnStatesIsRefusedUntilItHasAKeyOfOurs(String name) throws Exception {
        Path folder = Files.createDirectory(parent.resolve("states"));
        Files.createFile(folder.resolve("main.tf"));
        Files.createDirectory(folder.resolve("keys")); // of a project, for instance SSH keys
        FileBackend.open(folder).close();
        Files.createFile(folder.resolve(name));
        assertThatThrownBy(() -> FileBackend.open(folder))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("(" + name + ")")
                .hasMessageContaining("tfdir://" + folder);
        Files.delete(folder.resolve(name));
        try (FileBackend ours = FileBackend.open(folder)) {
            ours.lock("key", LockOptions.operation("test")).close();
        }
        Files.createFile(folder.resolve(name));
        FileBackend.open(folder).close();
    }

    @Test
    void aMissingParentIsNamed() {
        assertThatThrownBy(() -> open(parent.resolve("missing/states")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("parent " + parent.resolve("missing"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFileSystemThatTakesNoFoldersIsNamed() {
        assertThatThrownBy(() -> open(Path.of("/proc/states")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("The folder /proc/states cannot be made: the file system of /proc takes none.");
    }

    @Test
    void aFileIsNoFolder() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        assertThatThrownBy(() -> open(file))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(file + " is a file");
        assertThatThrownBy(() -> open(file.resolve("below"))).isInstanceOf(BackendMisconfiguredException.class);
    }

    @Test
    void theFolderItselfMayBeALinkAndThenItsTargetCounts() throws IOException {
        Path target = Files.createDirectory(parent.resolve("target"));
        Path link = Files.createSymbolicLink(parent.resolve("link"), target);
        assertThat(open(link)).isEqualTo(target.toRealPath());

        Path dangling = Files.createSymbolicLink(parent.resolve("dangling"), parent.resolve("nowhere"));
        assertThatThrownBy(() -> open(dangling))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(dangling.toString());
    }

    @Test
    void networkFileSystemsAreRefusedUnlessAllowed() {
        for (String type :
                new String[] {"nfs", "nfs4", "cifs", "smb3", "fuse", "fuseblk", "fuse.sshfs", "9p", "NFS", ""}) {
            assertThatThrownBy(() -> FolderOpening.open(parent, false, type(type)))
                    .as(type)
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining(parent.toString())
                    .hasMessageContaining("allow_network_file_system=true");
            assertThat(FolderOpening.open(parent, true, type(type))).isNotNull();
        }
        for (String type : new String[] {"ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "apfs"}) {
            assertThat(FolderOpening.open(parent, false, type(type))).isNotNull();
        }
    }

    private StatelockException named(IOException e) {
        return FileErrors.of(e, parent);
    }

    @Test
    void eachFailureHasItsOwnName() {
        String file = parent.resolve("keys").toString();
        assertThat(named(new AccessDeniedException(file)))
                .isInstanceOf(BackendDeniedException.class)
                .hasMessageContaining("No permission for " + file);
        assertThat(named(new FileSystemException(file, null, "No space left on device")))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("No space");
        assertThat(named(new IOException("Input/output error")))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining(parent.toString());
        assertThat(named(new NoSuchFileException(file))).isInstanceOf(BackendUnavailableException.class);
    }

    /** Java's own modules are a file system that takes no writes, here as everywhere. The texts are those of another language. */
    @Test
    void aReadOnlyFileSystemIsDeniedWhateverTheSystemCallsIt() {
        Path root = Path.of(URI.create("jrt:/java.base"));
        String file = root.resolve("keys").toString();
        IOException german = new FileSystemException(file, null, "Das Dateisystem ist nur lesbar");

        assertThat(FileErrors.of(german, root))
                .isInstanceOf(BackendDeniedException.class)
                .hasMessageContaining(file + " is on a read-only file system");
        assertThat(FolderOpening.cannotOpen(root.resolve("states"), german))
                .isInstanceOf(BackendDeniedException.class)
                .hasMessageContaining("read-only file system");
    }

    @Test
    void aFileInThePlaceOfAFolderIsNamedWhateverTheSystemCallsIt() throws IOException {
        Path keys = Files.createFile(parent.resolve("keys"));
        String below = keys.resolve("prod").resolve("lock").toString();

        assertThat(named(new FileSystemException(below, null, "Ist kein Verzeichnis")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(keys + " is not a folder");
    }

    @Test
    void aLinkOnTheWayIsNamedWhateverTheSystemCallsIt() throws IOException {
        Path keys = Files.createSymbolicLink(parent.resolve("keys"), parent.resolve("nowhere"));
        String below = keys.resolve("prod").resolve("lock").toString();

        assertThat(named(new FileSystemException(below, null, "Zu viele Ebenen aus symbolischen Links")))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(keys + " is a symbolic link");
    }

    @Test
    void aFolderThatIsGoneIsNotAnEmptyStore() throws IOException {
        Path root = open(parent.resolve("states"));
        Folder folder = Folders.of(root);
        Files.delete(root);

        assertThatThrownBy(() -> new FileStateDriver(folder).read(Locks.KEY))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("gone");
        assertThatThrownBy(() -> new FileStateDriver(folder).list(""))
                .isInstanceOf(BackendMisconfiguredException.class);
        assertThatThrownBy(() -> new FileRecords(folder).lockedKeys(""))
                .isInstanceOf(BackendMisconfiguredException.class);
    }
}
