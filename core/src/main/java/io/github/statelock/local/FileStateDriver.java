package io.github.statelock.local;

import io.github.statelock.Remedy;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * States as files: each version's content in a file of its own that never changes, and a {@link StateLog} that says which
 * is current.
 */
final class FileStateDriver implements StateDriver {

    private static final Logger log = LoggerFactory.getLogger(FileStateDriver.class);
    private static final String LOG = "state";
    private static final String CONTENT = "state.";
    private static final int MAX_LOG_BYTES = 64 << 10;
    private static final int READS = 5;

    private final Folder folder;

    FileStateDriver(Folder folder) {
        this.folder = folder;
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        // The slow part comes first, without the mutex, so that a large state keeps no renewal waiting.
        String hash = sha256(write.content());
        Path temp = folder.io(() -> folder.temps().create(write.content()));
        try {
            return folder.exclusively(write.key(), () -> commit(write, temp, hash));
        } catch (UncheckedIOException e) {
            return new WriteOutcome.Unknown(e);
        } finally {
            folder.temps().discard(temp);
        }
    }

    /**
     * A writer that stops before the log is replaced leaves the old state current, and at most a file that the next write
     * removes; one that stops after it has written the new state.
     */
    private WriteOutcome commit(StateWrite write, Path temp, String hash) throws IOException {
        StateLog old;
        try {
            old = log(write.key());
            if (!holds(write, old)) {
                return new WriteOutcome.Refused();
            }
        } catch (StateCorruptException e) {
            old = setAside(write, e);
        }
        String version = old.nextVersion(write.writeId());
        Path keyFolder = folder.makeKeyFolder(write.key());
        folder.ops().rename(temp, keyFolder.resolve(CONTENT + version));
        folder.ops().syncFolder(keyFolder);
        StateLog.Entry entry =
                new StateLog.Entry(version, write.writeId(), hash, write.content().length, Instant.now());
        replaceLog(keyFolder, old.plus(entry));
        return new WriteOutcome.Written(entry.asVersion());
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        try {
            return folder.exclusively(delete.key(), () -> {
                StateLog old;
                try {
                    old = log(delete.key());
                    if (old.deleted()) {
                        return new WriteOutcome.Deleted();
                    }
                    if (!holds(delete, old)) {
                        return new WriteOutcome.Refused();
                    }
                } catch (StateCorruptException e) {
                    old = setAside(delete, e);
                }
                replaceLog(folder.keyFolder(delete.key()), old.withoutCurrent());
                return new WriteOutcome.Deleted();
            });
        } catch (UncheckedIOException e) {
            return new WriteOutcome.Unknown(e);
        }
    }

    private static boolean holds(StateWrite change, StateLog log) {
        return Conditions.hold(change.condition(), log.current().map(StateLog.Entry::asVersion));
    }

    /**
     * Keeps a damaged log and the contents beside it under other names, if the change is to replace it, and returns the log
     * to go on from. The damaged one stays in its place until then: whoever stops here leaves the state damaged as it was.
     */
    private StateLog setAside(StateWrite change, StateCorruptException damage) throws IOException {
        if (!Conditions.hold(change.condition(), damage.version())) {
            throw damage;
        }
        Path keyFolder = folder.keyFolder(change.key());
        String aside = damage.version().orElseThrow() + ".";
        byte[] bytes =
                folder.ops().read(keyFolder.resolve(LOG), Integer.MAX_VALUE).bytes();
        Path temp = folder.temps().create(bytes);
        try {
            folder.ops().rename(temp, keyFolder.resolve(aside + LOG));
        } finally {
            folder.temps().discard(temp);
        }
        return new StateLog(setContentsAside(keyFolder, aside), true, List.of());
    }

    /** Returns the highest number of a version that was there. */
    private long setContentsAside(Path keyFolder, String aside) throws IOException {
        long last = 0;
        for (Path file : folder.ops().list(keyFolder)) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith(CONTENT)) {
                last = Math.max(
                        last,
                        StateLog.numberOf(name.substring(CONTENT.length())).orElse(0));
                folder.ops().rename(file, keyFolder.resolve(aside + name));
            }
        }
        log.warn("The damaged state in {} is replaced; it is kept as {}*", keyFolder, aside);
        return last;
    }

    private void replaceLog(Path keyFolder, StateLog next) throws IOException {
        Path temp = folder.temps().create(next.encode());
        folder.replace(temp, keyFolder.resolve(LOG), true);
        prune(keyFolder, next);
    }

    /** Removes contents that the log does not name: too old, or of a writer that stopped halfway. */
    private void prune(Path keyFolder, StateLog next) {
        Set<String> kept =
                next.versions().stream().map(entry -> CONTENT + entry.version()).collect(Collectors.toSet());
        try {
            for (Path file : folder.ops().list(keyFolder)) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(CONTENT) && !kept.contains(name)) {
                    folder.ops().delete(file);
                }
            }
        } catch (IOException e) {
            log.warn("Old versions in {} could not be removed", keyFolder, e);
        }
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return folder.io(() -> {
            StateLog seen = log(key);
            for (int i = 1; seen.current().isPresent(); i++) {
                StateLog.Entry entry = seen.current().get();
                Optional<State> state = content(key, entry);
                if (state.isPresent()) {
                    return Optional.of(new StoredState(state.get(), Optional.of(entry.writeId())));
                }
                // Ten writes since the log was read: its version is no longer kept.
                StateLog now = log(key);
                if (now.equals(seen) || i == READS) {
                    throw corrupt(key, entry, "is missing");
                }
                seen = now;
            }
            return Optional.empty();
        });
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return folder.io(() -> {
            Optional<StateLog.Entry> entry = log(key).find(version);
            return entry.isEmpty() ? Optional.empty() : content(key, entry.get());
        });
    }

    private Optional<State> content(StateKey key, StateLog.Entry entry) throws IOException {
        Optional<RawRecord> file = folder.read(contentFile(key, entry), entry.size());
        if (file.isPresent()
                && (file.get().length() != entry.size()
                        || !sha256(file.get().bytes()).equals(entry.sha256()))) {
            throw corrupt(key, entry, "is not what was written");
        }
        return file.map(raw -> State.ofOwned(key, entry.asVersion(), raw.bytes()));
    }

    @Override
    public List<StateKey> list(String prefix) {
        return folder.io(() -> {
            List<StateKey> keys = new ArrayList<>();
            for (StateKey key : folder.keys(prefix)) {
                if (isThere(key)) {
                    keys.add(key);
                }
            }
            return keys;
        });
    }

    private boolean isThere(StateKey key) throws IOException {
        try {
            return !log(key).deleted();
        } catch (StateCorruptException e) {
            return true; // it is listed, and reading it says what is wrong
        }
    }

    /** The states below a prefix whose log is damaged. */
    Map<StateKey, StateCorruptException> damaged(String prefix) {
        return folder.io(() -> {
            Map<StateKey, StateCorruptException> damaged = new TreeMap<>();
            for (StateKey key : folder.keys(prefix)) {
                try {
                    log(key);
                } catch (StateCorruptException e) {
                    damaged.put(key, e);
                }
            }
            return damaged;
        });
    }

    @Override
    public boolean keepsHistory() {
        return true;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return folder.io(() -> log(key)).versions().stream()
                .map(entry -> new StateStore.Revision(entry.asVersion(), entry.written(), entry.size()))
                .toList();
    }

    private StateLog log(StateKey key) throws IOException {
        Path file = folder.keyFolder(key).resolve(LOG);
        Optional<RawRecord> raw = folder.read(file, MAX_LOG_BYTES);
        try {
            return raw.map(record -> StateLog.decode(record.bytes())).orElse(StateLog.EMPTY);
        } catch (IllegalArgumentException e) {
            // Its bytes are its version: what replaces it, replaces nothing newer.
            String version = "damaged-" + sha256(raw.orElseThrow().bytes()).substring(0, 32);
            throw new StateCorruptException(
                    file + " is damaged: " + e.getMessage()
                            + ". The newest of the contents beside it, state.*, is probably the state. When the state is"
                            + " replaced, all of that is kept in files whose names begin with " + version + ".",
                    Optional.of(new StateVersion(version)),
                    List.of(new Remedy.Overwrite(key, "Write a copy that you trust with")),
                    e);
        }
    }

    private Path contentFile(StateKey key, StateLog.Entry entry) {
        return folder.keyFolder(key).resolve(CONTENT + entry.version());
    }

    private StateCorruptException corrupt(StateKey key, StateLog.Entry entry, String what) {
        return new StateCorruptException(
                contentFile(key, entry) + " " + what + ": expected " + entry.size() + " bytes with SHA-256 "
                        + entry.sha256() + ".",
                Optional.of(entry.asVersion()),
                List.of(new Remedy.Overwrite(key, "Write a copy that you trust over it with")),
                null);
    }

    private static String sha256(byte[] content) {
        return Hashes.hex(Hashes.sha256().digest(content));
    }
}
