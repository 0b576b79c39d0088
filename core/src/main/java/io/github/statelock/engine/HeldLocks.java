package io.github.statelock.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The locks that one manager holds, and those of the whole JVM by ID, so that a force-unlock through any manager reaches the
 * holder. Safe for use by several threads.
 */
final class HeldLocks {

    private static final Map<String, EngineLock> IN_THIS_JVM = new ConcurrentHashMap<>();

    private final Map<String, EngineLock> held = new ConcurrentHashMap<>();

    void add(EngineLock lock) {
        held.put(lock.info().id(), lock);
        IN_THIS_JVM.put(lock.info().id(), lock);
    }

    void remove(EngineLock lock) {
        held.remove(lock.info().id(), lock);
        IN_THIS_JVM.remove(lock.info().id(), lock);
    }

    List<EngineLock> all() {
        return List.copyOf(held.values());
    }

    static Optional<EngineLock> inThisJvm(String id) {
        return Optional.ofNullable(IN_THIS_JVM.get(id));
    }
}
