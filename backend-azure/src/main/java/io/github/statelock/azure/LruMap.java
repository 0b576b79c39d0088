package io.github.statelock.azure;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A map of what was put or asked for last, up to a number of entries. Safe for use by several threads. */
final class LruMap<K, V> {

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<K, V> entries;

    LruMap(int most) {
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    Optional<V> get(K key) {
        synchronized (lock) {
            return Optional.ofNullable(entries.get(key));
        }
    }

    void put(K key, V value) {
        synchronized (lock) {
            entries.put(key, value);
        }
    }

    void remove(K key) {
        synchronized (lock) {
            entries.remove(key);
        }
    }
}
