package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the file system's errors mean. For failures before anything was applied.
 *
 * <p>Java tells a few of them by their types. Of the others it has the system's text, in the language of the user; so what
 * they mean is looked up in the file system.
 */
final class FileErrors {

    private FileErrors() {}

    static StatelockException of(IOException e, Path root) {
        Path file = file(e, root);
        if (e instanceof AccessDeniedException) {
            return new BackendDeniedException(
                    "No permission for " + file + ". The folder " + root
                            + " must be readable and writable by this user. Nothing was changed.",
                    e);
        }
        if (isReadOnly(root)) {
            return new BackendDeniedException(file + " is on a read-only file system. Nothing was changed.", e);
        }
        Optional<StatelockException> wrong = wrongOnTheWay(file, root, e);
        if (wrong.isPresent()) {
            return wrong.get();
        }
        if (e instanceof NotDirectoryException) {
            return new BackendMisconfiguredException(file + " is not a folder. Nothing was changed.", e);
        }
        if (e instanceof NoSuchFileException && !Files.isDirectory(root)) {
            return new BackendMisconfiguredException("The folder " + root + " is gone. Nothing was changed.", e);
        }
        return new BackendUnavailableException(
                file + " could not be read or written: " + reason(e)
                        + ". Nothing was changed, and what was stored is still there.",
                e);
    }

    /** A link, or a file in the place of a folder. */
    private static Optional<StatelockException> wrongOnTheWay(Path file, Path root, IOException e) {
        for (Path path = file; path != null && path.startsWith(root) && !path.equals(root); path = path.getParent()) {
            if (Files.isSymbolicLink(path)) {
                return Optional.of(new BackendMisconfiguredException(
                        path + " is a symbolic link. Below " + root + " links are not followed. Nothing was changed.",
                        e));
            }
            if (!path.equals(file) && Files.exists(path, NOFOLLOW_LINKS) && !Files.isDirectory(path, NOFOLLOW_LINKS)) {
                return Optional.of(
                        new BackendMisconfiguredException(path + " is not a folder. Nothing was changed.", e));
            }
        }
        return Optional.empty();
    }

    /** Whether nothing can be written to the file system of a folder. */
    static boolean isReadOnly(Path folder) {
        try {
            return Files.getFileStore(folder).isReadOnly();
        } catch (IOException e) {
            return false;
        }
    }

    /** The file that the error names, if it is one of the folder. */
    private static Path file(IOException e, Path root) {
        try {
            return e instanceof FileSystemException f && f.getFile() != null
                    ? root.getFileSystem().getPath(f.getFile())
                    : root;
        } catch (InvalidPathException invalid) {
            return root;
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.toString();
    }
}
