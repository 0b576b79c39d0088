package io.github.statelock.local;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds or makes the folder of a file backend, and looks what it is on. */
final class FolderOpening {

    private static final Pattern NETWORK = Pattern.compile(
            "nfs.*|cifs|smb.*|fuse.*|osxfuse|macfuse|9p|v9fs|virtiofs|vboxsf|afs|afpfs|webdav|ceph|lustre");

    private static final Pattern OF_TOOLS = Pattern.compile(".*\\.tfstate(\\.d)?|\\..*\\.lock\\.info");

    private FolderOpening() {}

    /** The type of the file system that a path is on; empty if the system cannot tell. */
    interface Types {
        Optional<String> of(Path path) throws IOException;

        static Types system() {
            return path -> Optional.of(Files.getFileStore(path).type()).filter(type -> !type.isEmpty());
        }
    }

    /** The real path of the folder, which is made if its parent is there. */
    static Path open(Path path, boolean allowNetwork, Types types) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            Path real = realPath(absolute);
            if (!allowNetwork) {
                refuseNetwork(real, types);
            }
            return real;
        } catch (IOException e) {
            throw cannotOpen(absolute, e);
        }
    }

    /**
     * Refuses a folder where the tools keep states of their own and nothing of ours is: it would look empty, and a lock in it would
     * not exclude the tools.
     *
     * @param root a real path
     * @param ours what is there as soon as there is a key of ours: all of it, since others may have a folder {@code keys} too
     */
    static void refuseStatesOfTools(Path root, String... ours) {
        if (Arrays.stream(ours).allMatch(name -> Files.exists(root.resolve(name)))) {
            return;
        }
        String[] found =
                root.toFile().list((folder, name) -> OF_TOOLS.matcher(name).matches());
        if (found != null && found.length > 0) { // null: opening it says what is wrong
            throw new BackendMisconfiguredException(
                    "In the folder " + root + " are states of Terraform's or OpenTofu's own local backend (" + found[0]
                            + "). A lock in it would not exclude them. To use these states and their locks, open the folder"
                            + " as tfdir://" + root.toUri().getRawPath() + " (TerraformFolderBackend).",
                    null);
        }
    }

    private static Path realPath(Path path) throws IOException {
        if (!Files.exists(path)) {
            try {
                FileOps.system().makeFolder(path);
            } catch (FileAlreadyExistsException e) {
                throw new IOException("it is a link that leads nowhere", e);
            }
        }
        if (!Files.isDirectory(path)) {
            throw new BackendMisconfiguredException(path + " is a file, not a folder.", null);
        }
        return path.toRealPath();
    }

    static StatelockException cannotOpen(Path path, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new BackendDeniedException("No permission to open or make the folder " + path + ".", e);
        }
        Path parent = path.getParent();
        if (FileErrors.isReadOnly(parent == null || Files.exists(path) ? path : parent)) {
            return new BackendDeniedException("The folder " + path + " is on a read-only file system.", e);
        }
        if (e instanceof NoSuchFileException && isFolder(parent)) {
            return new BackendMisconfiguredException(
                    "The folder " + path + " cannot be made: the file system of " + parent + " takes none.", e);
        }
        if (e instanceof NoSuchFileException) {
            return new BackendMisconfiguredException(
                    "The folder " + path + " cannot be made: its parent " + parent
                            + " is missing. Make that first, or mend the path.",
                    e);
        }
        return new BackendMisconfiguredException("The folder " + path + " cannot be opened: " + e, e);
    }

    private static boolean isFolder(@Nullable Path path) {
        return path != null && Files.isDirectory(path);
    }

    /** Whether the locks of such a file system exclude everybody who sees it. */
    static boolean isTrusted(Optional<String> type) {
        return type.filter(
                        name -> !NETWORK.matcher(name.toLowerCase(Locale.ROOT)).matches())
                .isPresent();
    }

    private static void refuseNetwork(Path folder, Types types) throws IOException {
        Optional<String> type = types.of(folder).map(name -> name.toLowerCase(Locale.ROOT));
        if (!isTrusted(type)) {
            throw new BackendMisconfiguredException(
                    folder + " is on a file system of "
                            + type.map(name -> "type " + name).orElse("a type that the system does not tell")
                            + ". Its locks may not exclude other machines, so only local file systems are taken. To use"
                            + " it all the same, without any promise, set allowNetworkFileSystem"
                            + " (allow_network_file_system=true in a URI).",
                    null);
        }
    }
}
