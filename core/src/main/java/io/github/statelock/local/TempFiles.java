package io.github.statelock.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files on their way: written and synced here, then renamed to their place on the same file system. Each name tells the
 * process that writes it, so that what a killed one left is removed by the next.
 */
final class TempFiles {

    /** Of a file whose writer can't be told. Removing one that is still written makes that write fail, and nothing else. */
    static final Duration OLD = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(TempFiles.class);
    private static final long CLEANING_PAUSE = Duration.ofMinutes(1).toNanos();

    private final Path folder;
    private final FileOps ops;
    private final Processes processes;
    private final AtomicLong nextCleaning = new AtomicLong(System.nanoTime());

    TempFiles(Path folder, FileOps ops, Processes processes) {
        this.folder = folder;
        this.ops = ops;
        this.processes = processes;
    }

    /** A new file with that content, synced; to be renamed or given to {@link #discard}. */
    Path create(byte[] content) throws IOException {
        ops.makeFolder(folder);
        String writer = processes.self().map(KeyNames::encode).orElse("unknown");
        Path file = folder.resolve(writer + "~" + UUID.randomUUID());
        try {
            ops.create(file, content);
            return file;
        } catch (IOException e) {
            discard(file);
            throw e;
        }
    }

    /** Removes a file if it is still there. */
    void discard(Path file) {
        try {
            ops.delete(file);
        } catch (IOException e) {
            log.warn("The temporary file {} could not be removed", file, e);
        }
    }

    /** Removes what killed writers left, from time to time. Called under a mutex; a failure is not the caller's. */
    void clean() {
        long now = System.nanoTime();
        long next = nextCleaning.get();
        if (now - next < 0 || !nextCleaning.compareAndSet(next, now + CLEANING_PAUSE)) {
            return;
        }
        try {
            for (Path file : ops.list(folder)) {
                if (isLeft(file)) {
                    discard(file);
                }
            }
        } catch (IOException e) {
            log.warn("The folder {} could not be cleaned", folder, e);
        }
    }

    private boolean isLeft(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        int end = name.indexOf('~');
        if (end < 0) {
            return false; // not ours
        }
        if (isGone(name.substring(0, end))) {
            return true;
        }
        try {
            long age = System.currentTimeMillis()
                    - Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toMillis();
            return age > OLD.toMillis();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean isGone(String writer) {
        try {
            return processes.isGone(KeyNames.decode(writer));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
