package io.github.statelock.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;

/** Folders as the file backend opens them, for tests. */
final class Folders {

    private Folders() {}

    static Folder of(Path root) {
        return of(root, FileOps.system());
    }

    static Folder of(Path root, FileOps ops) {
        return new Folder(real(root), ops, file -> new FileMutex(file, Duration.ofSeconds(8)), Processes.unknown());
    }

    static Path real(Path root) {
        try {
            return root.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
