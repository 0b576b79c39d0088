package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.statelock.BackendUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p>An OS lock belongs to the process, and closing <em>any</em> channel on the file drops it silently. So a channel is
 * closed only under the JVM's lock of its file. That lock goes by device and inode and not by path, since one folder may be
 * mounted in several places.
 */
final class FileMutex implements Mutex {

    private static final Logger log = LoggerFactory.getLogger(FileMutex.class);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long FIRST_PAUSE = TimeUnit.MICROSECONDS.toNanos(100);

    /** Channels that cannot be closed without dropping, perhaps, the OS lock of another thread. Few: a file was removed. */
    private static final Set<FileChannel> LEFT_OPEN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Duration patience;

    /** A mutex over a file whose folder exists; the path has no symbolic links. */
    FileMutex(Path file, Duration patience) {
        this.file = file;
        this.patience = patience;
    }

    @Override
    public <T> T holding(IoAction<T> action) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            String key = keyOfMade(deadline);
            ReentrantLock jvm = enter(key, deadline);
            try {
                Optional<T> result = holdingInJvm(key, action, deadline);
                if (result.isPresent()) {
                    return result.get();
                }
            } finally {
                jvm.unlock();
            }
        }
    }

    /** Empty if the file was removed or made anew meanwhile: then this would be a lock on a file that nobody sees. */
    private <T> Optional<T> holdingInJvm(String key, IoAction<T> action, long deadline) throws IOException {
        Optional<FileChannel> channel = open(key);
        if (channel.isEmpty()) {
            return Optional.empty();
        }
        @Nullable FileLock lock = null;
        try {
            lock = waitFor(channel.get(), deadline);
            return isStill(key) ? Optional.of(action.run()) : Optional.empty();
        } finally {
            leave(lock, channel.get());
        }
    }

    /** The JVM's lock for the file. */
    private ReentrantLock enter(String key, long deadline) {
        ReentrantLock jvm = JvmLocks.of(key);
        if (jvm.isHeldByCurrentThread()) {
            throw new IllegalStateException("not reentrant: " + file);
        }
        try {
            if (!jvm.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw busy("another thread of this process");
            }
            return jvm;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    /** A channel on the file with that key, whose lock of the JVM is held; empty if the path names another file by now. */
    private Optional<FileChannel> open(String key) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, Set.of(WRITE, NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        boolean expected = false;
        try {
            expected = isStill(key);
            return expected ? Optional.of(channel) : Optional.empty();
        } finally {
            if (!expected) {
                LEFT_OPEN.add(channel);
            }
        }
    }

    /** The file's key. The file is made if it is not there. */
    private String keyOfMade(long deadline) throws IOException {
        while (true) {
            Optional<String> key = key();
            if (key.isPresent()) {
                return key.get();
            }
            make(deadline);
        }
    }

    /** Another thread may find and lock the file before it is closed here, so the JVM's lock is taken for that. */
    private void make(long deadline) throws IOException {
        FileChannel made;
        try {
            made = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), FileOps.fileMode(file));
        } catch (FileAlreadyExistsException e) {
            return;
        }
        LEFT_OPEN.add(made);
        Optional<String> key = key();
        if (key.isPresent()) {
            ReentrantLock jvm = enter(key.get(), deadline);
            try {
                LEFT_OPEN.remove(made);
                made.close();
            } finally {
                jvm.unlock();
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

    private boolean isStill(String key) throws IOException {
        return key().equals(Optional.of(key));
    }

    /** Device and inode where the file system tells them, else the path. Empty if there is no file. */
    private Optional<String> key() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class, NOFOLLOW_LINKS);
            if (attributes.isSymbolicLink()) {
                throw new FileSystemException(file.toString(), null, "symbolic link");
            }
            Object key = attributes.fileKey();
            return Optional.of(key == null ? file.toString() : key.toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
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
