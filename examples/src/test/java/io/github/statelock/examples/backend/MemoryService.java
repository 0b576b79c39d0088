package io.github.statelock.examples.backend;

import io.github.statelock.WriteCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The service in memory. Safe for use by several threads. */
final class MemoryService implements ObjectService {

    private final Map<String, Found> objects = new TreeMap<>();
    private long lastVersion;

    @Override
    public synchronized Optional<Found> get(String name) {
        return Optional.ofNullable(objects.get(name));
    }

    @Override
    public synchronized Optional<String> put(String name, byte[] content, String tag, WriteCondition condition) {
        if (!holds(name, condition)) {
            return Optional.empty();
        }
        String version = Long.toString(++lastVersion);
        objects.put(name, new Found(content.clone(), version, tag));
        return Optional.of(version);
    }

    @Override
    public synchronized boolean delete(String name, WriteCondition condition) {
        if (objects.containsKey(name) && !holds(name, condition)) {
            return false;
        }
        objects.remove(name);
        return true;
    }

    @Override
    public synchronized List<String> list(String prefix) {
        return objects.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
    }

    private boolean holds(String name, WriteCondition condition) {
        Optional<String> version = get(name).map(Found::version);
        if (condition instanceof WriteCondition.IfVersion expected) {
            return version.equals(Optional.of(expected.version().value()));
        }
        return condition instanceof WriteCondition.Unconditional || version.isEmpty();
    }
}
