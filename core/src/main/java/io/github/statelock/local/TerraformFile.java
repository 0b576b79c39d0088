package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.local.HeldFiles.Held;
import io.github.statelock.terraform.LockInfoCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One state file of the tools' {@code local} backend. Its lock is the OS lock on the state file itself; the file
 * {@code .NAME.lock.info} beside it only names the holder, and is left behind by a holder that was killed.
 *
 * <p>An OS lock belongs to the process, and closing <em>any</em> channel on the file drops it silently. So all of this JVM
 * opens a state file under the JVM's lock for it, and where this JVM holds its lock, nothing is opened: the holder's channel
 * is used for everything.
 *
 * <p>The file is never replaced by another and never removed. A tool that waits for the lock has the file open already: it would
 * lock the removed one, and write its state to where nobody finds it.
 */
final class TerraformFile {

    private static final Logger log = LoggerFactory.getLogger(TerraformFile.class);

    /** The version of a lock whose holder has not written who it is. */
    private static final String NO_INFO = "no info";

    /** The identity of a file that is not there. */
    private static final String NO_FILE = "none";

    private static final int CHUNK = 1 << 20;

    private final Path root;
    private final Path path;
    private final StateKey key;

    /** A file below a folder, whose path is real. */
    TerraformFile(Path root, StateKey key) {
        this.root = root;
        this.path = root.resolve(key.value()).normalize();
        this.key = key;
    }

    StateKey key() {
        return key;
    }

    Path path() {
        return path;
    }

    Path backup() {
        return path.resolveSibling(path.getFileName() + ".backup");
    }

    /** Where the tools say who holds the lock: they leave out a dot at the beginning of the state's name. */
    private Path info() {
        return path.resolveSibling("." + String.valueOf(path.getFileName()).replaceFirst("^\\.", "") + ".lock.info");
    }

    /** Runs file I/O while nothing else of this JVM opens or closes the file, by this path or another. */
    <T> T inJvm(IoAction<T> action) throws IOException {
        return holding(path.toString(), () -> {
            Object identity = identity();
            return identity.equals(NO_FILE) ? action.run() : holding(identity.toString(), action);
        });
    }

    private static <T> T holding(String name, IoAction<T> action) throws IOException {
        ReentrantLock jvm = JvmLocks.of(name);
        jvm.lock();
        try {
            return action.run();
        } finally {
            jvm.unlock();
        }
    }

    /**
     * This JVM's lock on the file. To be called {@link #inJvm}. One on a file that was replaced is given up here: it excludes
     * nobody, and what is written by its channel is written to nowhere.
     */
    Optional<Held> held() throws IOException {
        Optional<Held> held = HeldFiles.at(path);
        if (held.isPresent() && !isIntact(held.get())) {
            HeldFiles.remove(path);
            held.get().channel().close();
            return Optional.empty();
        }
        return held;
    }

    /** Whether a lock of this JVM is still the one that others meet: its channel is open, and the file is the one at the path. */
    private boolean isIntact(Held lock) throws IOException {
        return lock.channel().isOpen() && lock.identity().equals(identity());
    }

    /**
     * Takes the OS lock for as long as the process lives, and says who holds it. To be called {@link #inJvm}, where this JVM
     * does not hold it. A process that stops here holds nothing: the OS drops the lock.
     *
     * @return whether it was taken
     */
    boolean take(LockInfo owner) throws IOException {
        Optional<Locked> locked = openLocked();
        if (locked.isEmpty()) {
            return false;
        }
        FileChannel channel = locked.get().channel();
        boolean taken = false;
        try {
            Files.deleteIfExists(info());
            FileOps.system().create(info(), LockInfoCodec.encode(owner));
            HeldFiles.put(path, new Held(owner, channel, locked.get().identity()));
            taken = true;
            return true;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    /** Gives back what {@link #take} took. To be called {@link #inJvm}. The name that cannot be removed holds nobody up. */
    void giveBack(Held lock) {
        try (FileChannel channel = lock.channel()) {
            Files.deleteIfExists(info()); // first: after the unlock it may be the next holder's
        } catch (IOException e) {
            log.warn("{} could not be removed", info(), e);
        } finally {
            HeldFiles.remove(path);
        }
    }

    /** A channel that has the OS lock, and which file that is. */
    record Locked(FileChannel channel, Object identity) {}

    /**
     * Opens the file, which is made if it is not there, with its OS lock.
     *
     * @return the channel, to be closed by the caller; empty if another process has the lock, or the file was replaced meanwhile
     */
    Optional<Locked> openLocked() throws IOException {
        refuseOtherNames();
        makeParents();
        FileChannel.open(path, Set.of(CREATE, WRITE, NOFOLLOW_LINKS)).close();
        Object identity = identity(); // before the open: of a file made anew since, we would lock the old one
        FileChannel channel = FileChannel.open(path, Set.of(READ, WRITE, NOFOLLOW_LINKS));
        boolean locked = false;
        try {
            locked = isLocked(channel, false) && identity.equals(identity());
            return locked ? Optional.of(new Locked(channel, identity)) : Optional.empty();
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static boolean isLocked(FileChannel channel, boolean shared) throws IOException {
        try {
            return channel.tryLock(0, Long.MAX_VALUE, shared) != null;
        } catch (OverlappingFileLockException e) {
            return false; // by other code of this JVM
        }
    }

    private void makeParents() throws IOException {
        Path parent = path.resolveSibling(".").normalize();
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString());
        }
        Files.createDirectories(parent);
    }

    private Object identity() throws IOException {
        try {
            Object id = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS)
                    .fileKey();
            return id == null ? path : id;
        } catch (NoSuchFileException e) {
            return NO_FILE;
        }
    }

    /** By another name a file would be opened and closed without its lock being known. */
    private void refuseOtherNames() throws IOException {
        for (Path part = path; part != null && !part.equals(root); part = part.getParent()) {
            if (Files.isSymbolicLink(part)) {
                throw new FileSystemException(part.toString(), null, "symbolic link");
            }
        }
        if (HeldFiles.isElsewhere(path, identity())) {
            throw new FileSystemException(path.toString(), null, "this process has it locked by another name");
        }
    }

    /** Who holds the lock, in this process or another. To be called {@link #inJvm}. */
    Optional<ObservedLock> observe() throws IOException {
        Optional<Held> ours = held();
        if (ours.isPresent()) {
            return Optional.of(observed(Optional.of(ours.get().info())));
        }
        // To look whether somebody holds an OS lock takes one, at which a tool that wants the lock just then would give
        // up.
        // Without a holder's name there is none, but for the moment between a tool's lock and its name.
        if (!Files.exists(info(), NOFOLLOW_LINKS) || !Files.exists(path, NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        refuseOtherNames();
        try (FileChannel channel = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            return isLocked(channel, true) ? Optional.empty() : Optional.of(holder());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The lock that another process has, by what it says of itself. */
    ObservedLock holder() {
        return observed(readInfo());
    }

    ObservedLock observed(Optional<LockInfo> owner) {
        Optional<Duration> none = Optional.empty();
        return new ObservedLock(key, owner, none, owner.map(LockInfo::id).orElse(NO_INFO), false);
    }

    private Optional<LockInfo> readInfo() {
        try {
            RawRecord raw = FileOps.system().read(info(), LockInfoCodec.MAX_READ_BYTES);
            return Optional.of(LockInfoCodec.decode(raw.bytes()));
        } catch (IOException | StateCorruptException e) {
            return Optional.empty();
        }
    }

    /** The whole content; no bytes where there is no file. To be called {@link #inJvm}. */
    byte[] content(int limit) throws IOException {
        Optional<Held> ours = held();
        if (ours.isPresent()) {
            return read(ours.get().channel(), limit);
        }
        refuseOtherNames();
        try (FileChannel channel = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            return read(channel, limit);
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(root)) {
                return new byte[0];
            }
            throw e;
        }
    }

    static byte[] read(FileChannel channel, int limit) throws IOException {
        long size = channel.size();
        if (size > limit) {
            throw new IOException("it has " + size + " bytes, the most is " + limit);
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        while (bytes.hasRemaining()) {
            ByteBuffer chunk = bytes.slice(bytes.position(), Math.min(CHUNK, bytes.remaining()));
            if (channel.read(chunk, bytes.position()) < 0) {
                break;
            }
            bytes.position(bytes.position() + chunk.position());
        }
        byte[] content = new byte[bytes.position()];
        bytes.flip().get(content);
        return content;
    }

    /** Whether a writer has begun {@link #write} and not ended it. No state file of the tools begins like that. */
    static boolean isHalfWritten(byte[] content) {
        return content.length > 0 && content[0] == 0;
    }

    /**
     * Puts the content in the place of the old. Until all of it is on the disk, the first byte is a zero: a process or machine that
     * stops on the way leaves a file that the tools refuse to read. It is not the beginning of the one content with the end of
     * the other, which may read as a state, and not an empty file, which they would take for no state.
     */
    static void write(FileChannel channel, byte[] content) throws IOException {
        if (content.length > 0) {
            channel.write(ByteBuffer.wrap(new byte[1]), 0);
            channel.force(true);
        }
        for (int at = 1; at < content.length; ) {
            at += channel.write(ByteBuffer.wrap(content, at, Math.min(CHUNK, content.length - at)), at);
        }
        channel.truncate(content.length);
        if (content.length > 0) {
            channel.force(true);
            channel.write(ByteBuffer.wrap(content, 0, 1), 0);
        }
        channel.force(true);
    }
}
