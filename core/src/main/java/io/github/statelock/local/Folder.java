package io.github.statelock.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.github.statelock.StateKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a file backend: where things are, the mutexes, and how a file is replaced. {@link FileBackend} tells the
 * layout. Reading needs no mutex, since every file appears whole, by one rename.
 */
final class Folder {

    /** The folder that has an entry for each key. */
    static final String KEYS = "keys";

    /** The folder that has the mutexes: made before the first key. */
    static final String MUTEX = "mutex";

    /** How many keys can be changed at the same time. Part of the layout: every process must agree on the mutex of a key. */
    private static final int MUTEXES = 64;

    private static final Logger log = LoggerFactory.getLogger(Folder.class);

    private final Path root;
    private final FileOps ops;
    private final Function<Path, Mutex> mutexes;
    private final TempFiles temps;

    /** The root is a real path. */
    Folder(Path root, FileOps ops, Function<Path, Mutex> mutexes, Processes processes) {
        this.root = root;
        this.ops = ops;
        this.mutexes = mutexes;
        this.temps = new TempFiles(root.resolve("tmp"), ops, processes);
    }

    Path keyFolder(StateKey key) {
        return keys().resolve(KeyNames.nameOf(key));
    }

    private Path keys() {
        return root.resolve(KEYS);
    }

    FileOps ops() {
        return ops;
    }

    TempFiles temps() {
        return temps;
    }

    /**
     * Runs a change of one key with nobody else changing it. A {@link io.github.statelock.StatelockException} out of it means
     * that nothing was changed, an {@link UncheckedIOException} that something may be.
     */
    <T> T exclusively(StateKey key, IoAction<T> change) {
        return io(() -> {
            Path folder = root.resolve(MUTEX);
            makeFolder(folder);
            int stripe = Math.floorMod(Hashes.of(key.value())[0], MUTEXES);
            Mutex mutex = mutexes.apply(folder.resolve(String.format("%02x", stripe)));
            return mutex.holding(() -> {
                temps.clean();
                return change.run();
            });
        });
    }

    /** Runs file I/O that leaves nothing half done, and names its errors. */
    <T> T io(IoAction<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw FileErrors.of(e, root);
        }
    }

    /** Makes the folder of a key. Its text is kept inside where the folder's name does not tell it. */
    Path makeKeyFolder(StateKey key) throws IOException {
        makeFolder(keys());
        Path folder = keyFolder(key);
        makeFolder(folder);
        Path text = folder.resolve("key");
        if (KeyNames.isHashed(KeyNames.nameOf(key)) && !Files.exists(text, NOFOLLOW_LINKS)) {
            Path temp = temps.create(key.value().getBytes(StandardCharsets.UTF_8));
            ops.rename(temp, text);
            ops.syncFolder(folder);
        }
        return folder;
    }

    private void makeFolder(Path folder) throws IOException {
        if (ops.makeFolder(folder)) {
            ops.syncFolder(folder.resolveSibling("."));
        }
    }

    /** A file of a key, at most limit bytes of it; empty if there is none. */
    Optional<RawRecord> read(Path file, int limit) throws IOException {
        refuseLinks(file);
        try {
            return Optional.of(ops.read(file, limit));
        } catch (NoSuchFileException e) {
            if (Files.isDirectory(root)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Opening a file refuses a link in the last place only, and does not name it. */
    private void refuseLinks(Path file) throws IOException {
        for (Path path = file; path != null && !path.equals(root); path = path.getParent()) {
            if (Files.isSymbolicLink(path)) {
                throw new FileSystemException(path.toString(), null, "symbolic link");
            }
        }
    }

    /**
     * Puts a synced temporary file in its place. A process that stops before the rename leaves the old file, after it the
     * new one.
     *
     * @param durable whether the rename itself must survive a power failure
     * @throws UncheckedIOException if it may have been renamed
     */
    void replace(Path temp, Path target, boolean durable) {
        try {
            ops.rename(temp, target);
            if (durable) {
                ops.syncFolder(target.resolveSibling("."));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("It is not known whether " + target + " was replaced", e);
        }
    }

    /**
     * Removes a file, and the key's folder if nothing is left in it.
     *
     * @throws UncheckedIOException if it may have been removed
     */
    void remove(Path file) {
        Path folder = file.resolveSibling(".").normalize();
        try {
            ops.delete(file);
            ops.syncFolder(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("It is not known whether " + file + " was removed", e);
        }
        try {
            List<Path> left = ops.list(folder);
            if (left.isEmpty() || left.equals(List.of(folder.resolve("key")))) {
                ops.delete(folder.resolve("key"));
                ops.delete(folder);
            }
        } catch (IOException e) {
            log.warn("The folder {} could not be removed", folder, e);
        }
    }

    /** The folders of keys below a prefix, ordered by key. */
    List<StateKey> keys(String prefix) throws IOException {
        refuseLinks(keys());
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root.toString());
        }
        TreeMap<StateKey, Path> found = new TreeMap<>();
        for (Path folder : ops.list(keys())) {
            keyOf(folder).filter(key -> key.value().startsWith(prefix)).ifPresent(key -> found.put(key, folder));
        }
        return new ArrayList<>(found.keySet());
    }

    private Optional<StateKey> keyOf(Path folder) throws IOException {
        String name = String.valueOf(folder.getFileName());
        if (!KeyNames.isHashed(name)) {
            return KeyNames.keyOf(name);
        }
        // Without the text nothing was stored yet: it is the first file in the folder.
        Optional<RawRecord> text = read(folder.resolve("key"), StateKey.MAX_BYTES);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            StateKey key = StateKey.of(new String(text.get().bytes(), StandardCharsets.UTF_8));
            return KeyNames.nameOf(key).equals(name) ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException e) {
            log.warn("{} is not the text of a key", folder.resolve("key"), e);
            return Optional.empty();
        }
    }
}
