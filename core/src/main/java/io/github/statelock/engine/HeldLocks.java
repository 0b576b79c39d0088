package io.github.statelock.engine;

import io.github.statelock.StateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The locks that one manager holds, and those of the whole JVM by ID, so that a force-unlock through any manager reaches the
 * holder. Safe for use by several threads.
 */
final class HeldLocks {

    /** A client may use one ID for several keys. */
    private record Name(StateKey key, String id) {

        static Name of(EngineLock lock) {
            return new Name(lock.key(), lock.info().id());
        }
    }

    private static final Map<Name, EngineLock> IN_THIS_JVM = new ConcurrentHashMap<>();

    private final Map<Name, EngineLock> held = new ConcurrentHashMap<>();
    private final Set<EngineLock> unreleased = ConcurrentHashMap.newKeySet();

    void add(EngineLock lock) {
        held.put(Name.of(lock), lock);
        IN_THIS_JVM.put(Name.of(lock), lock);
    }

    void remove(EngineLock lock) {
        held.remove(Name.of(lock), lock);
        IN_THIS_JVM.remove(Name.of(lock), lock);
    }

    /** Notes a lock whose hold has ended and whose record may still be there. */
    void addUnreleased(EngineLock lock) {
        unreleased.add(lock);
    }

    void removeUnreleased(EngineLock lock) {
        unreleased.remove(lock);
    }

    /** What this manager would leave in the store. */
    List<EngineLock> all() {
        List<EngineLock> all = new ArrayList<>(held.values());
        all.addAll(unreleased);
        return all;
    }

    boolean holds(StateKey key, String id) {
        return held.containsKey(new Name(key, id));
    }

    static Optional<EngineLock> inThisJvm(StateKey key, String id) {
        return Optional.ofNullable(IN_THIS_JVM.get(new Name(key, id)));
    }
}
