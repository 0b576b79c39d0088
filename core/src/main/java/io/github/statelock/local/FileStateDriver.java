package io.github.statelock.local;

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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * States as files: each version's content in a file of its own that never changes, and a {@link StateLog} that says which
 * is current.
 */
final class FileStateDriver implements StateDriver {

    private static final Logger log = LoggerFactory.getLogger(FileStateDriver.class);
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
        StateLog old = log(write.key());
        if (!Conditions.hold(write.condition(), old.current().map(StateLog.Entry::asVersion))) {
            return new WriteOutcome.Refused();
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
                StateLog old = log(delete.key());
                if (old.deleted()) {
                    return new WriteOutcome.Deleted();
                }
                if (!Conditions.hold(delete.condition(), old.current().map(StateLog.Entry::asVersion))) {
                    return new WriteOutcome.Refused();
                }
                replaceLog(folder.keyFolder(delete.key()), old.withoutCurrent());
                return new WriteOutcome.Deleted();
            });
        } catch (UncheckedIOException e) {
            return new WriteOutcome.Unknown(e);
        }
    }

    private void replaceLog(Path keyFolder, StateLog next) throws IOException {
        Path temp = folder.temps().create(next.encode());
        folder.replace(temp, keyFolder.resolve("state"), true);
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
        Optional<RawRecord> file = folder.read(contentFile(key, entry), Math.toIntExact(entry.size()));
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
                if (!log(key).deleted()) {
                    keys.add(key);
                }
            }
            return keys;
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
        Path file = folder.keyFolder(key).resolve("state");
        Optional<RawRecord> raw = folder.read(file, MAX_LOG_BYTES);
        try {
            return raw.map(record -> StateLog.decode(record.bytes())).orElse(StateLog.EMPTY);
        } catch (IllegalArgumentException e) {
            throw new StateCorruptException(
                    file + " is damaged: " + e.getMessage()
                            + ". The contents beside it, state.*, are untouched; to start"
                            + " again from the newest, move the folder away and write that content as a new state.",
                    e);
        }
    }

    private Path contentFile(StateKey key, StateLog.Entry entry) {
        return folder.keyFolder(key).resolve(CONTENT + entry.version());
    }

    private StateCorruptException corrupt(StateKey key, StateLog.Entry entry, String what) {
        return new StateCorruptException(
                contentFile(key, entry) + " " + what + ": expected " + entry.size() + " bytes with SHA-256 "
                        + entry.sha256() + ". Write a copy that you trust over it with overwrite(\"" + key + "\").",
                entry.asVersion(),
                null);
    }

    private static String sha256(byte[] content) {
        return Hashes.hex(Hashes.sha256().digest(content));
    }
}
