package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Every file operation of the file backend, so that tests can let any of them fail or be the last. */
interface FileOps {

    /** The first bytes of a file, at most that many, and its length. */
    RawRecord read(Path file, int limit) throws IOException;

    /** Creates a file that must not exist, readable by its owner only, and syncs it. */
    void create(Path file, byte[] content) throws IOException;

    /** Renames a file, replacing what is there, in one step. */
    void rename(Path from, Path to) throws IOException;

    /** Removes a file or an empty folder that may be gone. */
    void delete(Path file) throws IOException;

    /** Creates a folder unless it is there; says whether it did. A symbolic link is refused. */
    boolean makeFolder(Path folder) throws IOException;

    /** Makes what was created, renamed or removed in a folder survive a power failure. */
    void syncFolder(Path folder) throws IOException;

    /** What is in a folder; nothing if the folder is not there. */
    List<Path> list(Path folder) throws IOException;

    /** The operations of the system. */
    static FileOps system() {
        return new SystemFileOps();
    }

    /** Mode 0600, where the file system knows modes. */
    static FileAttribute<?>[] fileMode(Path file) {
        return mode(file, "rw-------");
    }

    /** The mode of a file that is there, where the file system knows modes. */
    static FileAttribute<?>[] modeOf(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? mode(file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                : new FileAttribute<?>[0];
    }

    private static FileAttribute<?>[] mode(Path file, String permissions) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** The operations of the system. */
    final class SystemFileOps implements FileOps {

        private static final int CHUNK = 1 << 20;

        @Override
        public RawRecord read(Path file, int limit) throws IOException {
            try (FileChannel channel = FileChannel.open(file, Set.of(READ, NOFOLLOW_LINKS))) {
                long length = channel.size();
                ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(limit, length));
                while (bytes.hasRemaining() && readChunk(channel, bytes) >= 0) {}
                byte[] content = new byte[bytes.flip().remaining()];
                bytes.get(content);
                return new RawRecord(content, length);
            }
        }

        /** In chunks, since the JDK keeps a native buffer as large as the largest transfer of each thread. */
        private static int readChunk(FileChannel channel, ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            bytes.limit(Math.min(end, bytes.position() + CHUNK));
            try {
                return channel.read(bytes);
            } finally {
                bytes.limit(end);
            }
        }

        @Override
        public void create(Path file, byte[] content) throws IOException {
            try (FileChannel channel =
                    FileChannel.open(file, Set.of(CREATE_NEW, WRITE, NOFOLLOW_LINKS), fileMode(file))) {
                for (int at = 0; at < content.length; at += CHUNK) {
                    ByteBuffer chunk = ByteBuffer.wrap(content, at, Math.min(CHUNK, content.length - at));
                    while (chunk.hasRemaining()) {
                        channel.write(chunk);
                    }
                }
                channel.force(true);
            }
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            Files.move(from, to, ATOMIC_MOVE);
        }

        @Override
        public void delete(Path file) throws IOException {
            Files.deleteIfExists(file);
        }

        @Override
        public boolean makeFolder(Path folder) throws IOException {
            try {
                Files.createDirectory(folder, mode(folder, "rwx------"));
                return true;
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
                    throw new NotDirectoryException(folder.toString());
                }
                return false;
            }
        }

        @Override
        public void syncFolder(Path folder) throws IOException {
            try (FileChannel channel = FileChannel.open(folder, READ)) {
                channel.force(true);
            }
        }

        @Override
        public List<Path> list(Path folder) throws IOException {
            List<Path> files = new ArrayList<>();
            try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
                stream.forEach(files::add);
            } catch (NoSuchFileException e) {
                return List.of();
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            return files;
        }
    }
}
