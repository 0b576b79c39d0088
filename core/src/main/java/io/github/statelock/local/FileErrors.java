package io.github.statelock.local;

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
import java.util.Locale;

/** What the file system's errors mean. For failures before anything was applied. */
final class FileErrors {

    private FileErrors() {}

    static StatelockException of(IOException e, Path root) {
        String file = e instanceof FileSystemException f && f.getFile() != null ? f.getFile() : root.toString();
        String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (e instanceof AccessDeniedException) {
            return new BackendDeniedException(
                    "No permission for " + file + ". The folder " + root
                            + " must be readable and writable by this user. Nothing was changed.",
                    e);
        }
        if (reason.contains("read-only file system")) {
            return new BackendDeniedException(file + " is on a read-only file system. Nothing was changed.", e);
        }
        if (isLink(file)) {
            return new BackendMisconfiguredException(
                    file + " is a symbolic link. Below " + root + " links are not followed. Nothing was changed.", e);
        }
        if (e instanceof NotDirectoryException || reason.contains("not a directory")) {
            return new BackendMisconfiguredException(file + " is not a folder. Nothing was changed.", e);
        }
        if (e instanceof NoSuchFileException && !Files.isDirectory(root)) {
            return new BackendMisconfiguredException("The folder " + root + " is gone. Nothing was changed.", e);
        }
        return unavailable(e, file, reason);
    }

    private static StatelockException unavailable(IOException e, String file, String reason) {
        if (reason.contains("no space left")) {
            return new BackendUnavailableException(
                    "No space is left on the disk for " + file
                            + ". Nothing was changed, and what was stored is still there.",
                    e);
        }
        return new BackendUnavailableException(
                file + " could not be read or written: " + e + ". Nothing was changed.", e);
    }

    private static boolean isLink(String file) {
        try {
            return Files.isSymbolicLink(Path.of(file));
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
