package io.github.statelock.cli;

import io.github.statelock.StateKey;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The lock under which a command runs, as its environment names it.
 *
 * <p>The store is named twice: {@code STATELOCK_STORE} is the command's to change, to reach another store.
 *
 * @param id the lock's ID
 * @param key the key that is locked
 * @param store the store of the lock
 */
record SurroundingLock(String id, String key, String store) {

    static final String ID = "STATELOCK_ID";
    static final String KEY = "STATELOCK_KEY";
    static final String STORE = "STATELOCK_LOCK_STORE";

    /** The lock that an environment names. What it does not name is empty. */
    static SurroundingLock of(Map<String, String> environment) {
        return new SurroundingLock(
                environment.getOrDefault(ID, ""),
                environment.getOrDefault(KEY, ""),
                environment.getOrDefault(STORE, ""));
    }

    /** What names this lock to a command. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put(ID, id);
        environment.put(KEY, key);
        environment.put(STORE, store);
        environment.put("STATELOCK_STORE", store);
        return environment;
    }

    /** The lock's ID, if it is the lock of that key in that store. */
    Optional<String> idFor(StateKey wanted, URI at) {
        return Optional.of(id).filter(i -> !i.isEmpty() && key.equals(wanted.value()) && store.equals(at.toString()));
    }
}
