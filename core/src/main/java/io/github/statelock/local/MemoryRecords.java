package io.github.statelock.local;

import io.github.statelock.StateKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** Records in memory, under one lock that is held for the step alone. */
final class MemoryRecords implements Records {

    private record Name(StateKey key, Kind kind) {}

    private final String store;
    private final ReentrantLock mutex = new ReentrantLock();
    private final Map<Name, RawRecord> records = new ConcurrentHashMap<>();

    MemoryRecords(String store) {
        this.store = store;
    }

    @Override
    public String path(StateKey key) {
        return "mem:" + store + "/" + key;
    }

    @Override
    public Optional<RawRecord> read(StateKey key, Kind kind) {
        return Optional.ofNullable(records.get(new Name(key, kind)));
    }

    @Override
    public <T> T update(StateKey key, Kind kind, Function<Optional<RawRecord>, Change<T>> step) {
        mutex.lock();
        try {
            Change<T> change = step.apply(read(key, kind));
            if (change instanceof Change.Put<T> put) {
                records.put(new Name(key, kind), RawRecord.of(put.bytes()));
            } else if (change instanceof Change.Remove<T>) {
                records.remove(new Name(key, kind));
            }
            return change.result();
        } finally {
            mutex.unlock();
        }
    }

    @Override
    public List<StateKey> lockedKeys(String prefix) {
        return records.keySet().stream()
                .filter(name -> name.kind() == Kind.LOCK)
                .map(Name::key)
                .filter(key -> key.value().startsWith(prefix))
                .sorted()
                .toList();
    }
}
