package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.statelock.BackendUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One process and thread at a time, by a lock file. First the JVM's own lock for the file, then the OS lock, which ends with
 * its process.
 *
 * <p>An OS lock belongs to the process, and closing <em>any</em> channel on the file drops it silently. So the channel is
 * opened and closed under the JVM's lock: there is never a second one.
 */
final class FileMutex implements Mutex {

    private static final Logger log = LoggerFactory.getLogger(FileMutex.class);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long FIRST_PAUSE = TimeUnit.MICROSECONDS.toNanos(100);

    private final Path file;
    private final Duration patience;

    /** A mutex over a file whose folder exists; the path is real, without symbolic links. */
    FileMutex(Path file, Duration patience) {
        this.file = file;
        this.patience = patience;
    }

    @Override
    public <T> T holding(IoAction<T> action) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        ReentrantLock jvm = JvmLocks.of(file.toString());
        if (jvm.isHeldByCurrentThread()) {
            throw new IllegalStateException("not reentrant: " + file);
        }
        try {
            if (!jvm.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy("another thread of this process");
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            return holdingInJvm(action, deadline);
        } finally {
            jvm.unlock();
        }
    }

    private <T> T holdingInJvm(IoAction<T> action, long deadline) throws IOException {
        while (true) {
            Object identity = identity(); // before the open: of a file made anew since, we would lock the old one
            FileChannel channel = FileChannel.open(file, Set.of(CREATE, WRITE, NOFOLLOW_LINKS), FileOps.fileMode(file));
            @Nullable FileLock lock = null;
            try {
                lock = waitFor(channel, deadline);
                // Somebody may have removed the folder and made it anew: then this is a lock on a file that nobody
                // sees.
                if (identity.equals(identity())) {
                    return action.run();
                }
            } finally {
                leave(lock, channel);
            }
        }
    }

    private FileLock waitFor(FileChannel channel, long deadline) throws IOException {
        long pause = FIRST_PAUSE;
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted();
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw busy("another process");
            }
            LockSupport.parkNanos(Math.min(left, ThreadLocalRandom.current().nextLong(pause / 2, pause)));
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    private @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            log.debug("Code of this JVM that does not know the mutex has locked {}", file);
            return null;
        }
    }

    private Object identity() throws IOException {
        try {
            Object key = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS)
                    .fileKey();
            return key == null ? file : key;
        } catch (NoSuchFileException e) {
            return e;
        }
    }

    /** What the action did stands, whatever comes here; the OS drops the lock with the channel at the latest. */
    private void leave(@Nullable FileLock lock, FileChannel channel) {
        try (channel) {
            if (lock != null) {
                lock.release();
            }
        } catch (IOException e) {
            log.warn("The mutex {} could not be closed", file, e);
        }
    }

    private BackendUnavailableException busy(String by) {
        return new BackendUnavailableException(
                "The mutex " + file + " is held by " + by + " for longer than " + patience.toMillis()
                        + " ms. Nothing was changed; try again.",
                null);
    }

    private BackendUnavailableException interrupted() {
        Thread.currentThread().interrupt();
        return new BackendUnavailableException(
                "Interrupted while waiting for the mutex " + file + ". Nothing was changed.", null);
    }
}
