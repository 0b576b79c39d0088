package io.github.statelock.local;

import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.Inspectable.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a folder's place and permissions mean for the states and locks in it. */
final class FileInspection {

    private static final String FILE_SYSTEM = "file system";
    private static final String PERMISSIONS = "folder permissions";

    private final Path root;
    private final Folder folder;
    private final FolderOpening.Types types;

    FileInspection(Path root, Folder folder, FolderOpening.Types types) {
        this.root = root;
        this.folder = folder;
        this.types = types;
    }

    List<Finding> findings() {
        return List.of(fileSystem(), permissions());
    }

    private Finding fileSystem() {
        try {
            Optional<String> type = types.of(root);
            return FolderOpening.isTrusted(type)
                    ? Finding.ok(FILE_SYSTEM, type.orElse("") + ", a local one")
                    : Finding.fail(
                            FILE_SYSTEM,
                            type.orElse("of a type that the system does not tell")
                                    + ": its locks may not exclude other machines. Use a local file system");
        } catch (IOException e) {
            return Finding.notChecked(FILE_SYSTEM, e.toString());
        }
    }

    private Finding permissions() {
        try {
            Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(root));
            String all = PosixFilePermissions.toString(others);
            others.removeAll(EnumSet.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE));
            return others.contains(PosixFilePermission.OTHERS_WRITE) || others.contains(PosixFilePermission.GROUP_WRITE)
                    ? Finding.warn(PERMISSIONS, all + ": others than its owner may put files into it or take them away")
                    : Finding.ok(PERMISSIONS, all + "; what is in it is for its owner alone");
        } catch (IOException | UnsupportedOperationException e) {
            return Finding.notChecked(PERMISSIONS, e.toString());
        }
    }

    /** Removes the key's folder with the old versions in it. */
    List<String> purge(StateKey key) {
        Path keyFolder = folder.keyFolder(key);
        try {
            return folder.exclusively(key, () -> {
                if (Files.exists(keyFolder.resolve("lock"))) {
                    return List.of(keyFolder + ": it is locked");
                }
                for (Path file : folder.ops().list(keyFolder)) {
                    folder.ops().delete(file);
                }
                folder.ops().delete(keyFolder);
                return List.of();
            });
        } catch (StatelockException | UncheckedIOException e) {
            return List.of(keyFolder + ": " + e.getMessage());
        }
    }
}
