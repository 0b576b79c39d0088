package io.github.statelock.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Folders of fetched programs, shared by all builds of a user. A folder appears complete, by a rename, or not at all;
 * builds that want the same one at once take turns.
 */
final class ServerCache {

    /** Names the cache; by default it is {@code ~/.cache/statelock-test-servers}. */
    static final String FOLDER = "statelock.test.servers.cache";

    private final Path root;

    ServerCache(Path root) {
        this.root = root;
    }

    static ServerCache ofThisUser() {
        String named = System.getProperty(FOLDER);
        return new ServerCache(
                named != null
                        ? Path.of(named).toAbsolutePath()
                        : Path.of(System.getProperty("user.home"), ".cache", "statelock-test-servers"));
    }

    /** Fills an empty folder. */
    @FunctionalInterface
    interface Installer {
        void installInto(Path folder) throws IOException;
    }

    /** Returns the folder of that name, which the installer fills if it is not there. */
    Path install(String name, Installer installer) {
        Path folder = root.resolve(name);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Files.createDirectories(root);
            try (FileChannel channel = FileChannel.open(
                            root.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock turn = channel.lock()) {
                if (!Files.isDirectory(folder)) {
                    fill(folder, installer);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return folder;
    }

    private void fill(Path folder, Installer installer) throws IOException {
        Path draft = Files.createTempDirectory(root, folder.getFileName() + ".");
        try {
            installer.installInto(draft);
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(draft);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(folder)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }
}
