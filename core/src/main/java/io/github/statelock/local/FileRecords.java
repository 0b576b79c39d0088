package io.github.statelock.local;

import io.github.statelock.StateKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Records as files in the key's folder: {@code lock} and {@code fence}. */
final class FileRecords implements Records {

    private final Folder folder;

    FileRecords(Folder folder) {
        this.folder = folder;
    }

    private Path file(StateKey key, Kind kind) {
        return folder.keyFolder(key)
                .resolve(
                        switch (kind) {
                            case LOCK -> "lock";
                            case FENCE -> "fence";
                        });
    }

    @Override
    public String path(StateKey key) {
        return file(key, Kind.LOCK).toString();
    }

    @Override
    public Optional<RawRecord> read(StateKey key, Kind kind) {
        return folder.io(() -> readFile(key, kind));
    }

    private Optional<RawRecord> readFile(StateKey key, Kind kind) throws IOException {
        return folder.read(file(key, kind), RawRecord.MAX_BYTES + 1);
    }

    @Override
    public <T> T update(StateKey key, Kind kind, Function<Optional<RawRecord>, Change<T>> step) {
        return folder.exclusively(key, () -> {
            Optional<RawRecord> current = readFile(key, kind);
            Change<T> change = step.apply(current);
            if (change instanceof Change.Put<T> put) {
                folder.makeKeyFolder(key);
                // After a power failure a renewal may be undone, a new lock or a drawn token may not.
                put(put.bytes(), file(key, kind), current.isEmpty() || kind == Kind.FENCE);
            } else if (change instanceof Change.Remove<T>) {
                folder.remove(file(key, kind));
            }
            return change.result();
        });
    }

    private void put(byte[] bytes, Path file, boolean durable) throws IOException {
        Path temp = folder.temps().create(bytes);
        boolean renamed = false;
        try {
            folder.replace(temp, file, durable);
            renamed = true;
        } finally {
            if (!renamed) {
                folder.temps().discard(temp);
            }
        }
    }

    @Override
    public List<StateKey> lockedKeys(String prefix) {
        return folder.io(() -> {
            List<StateKey> locked = new ArrayList<>();
            for (StateKey key : folder.keys(prefix)) {
                if (readFile(key, Kind.LOCK).isPresent()) {
                    locked.add(key);
                }
            }
            return locked;
        });
    }
}
