package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Since when this process has seen each record unchanged. Outlives one call, so that repeated attempts add up. Safe for use
 * by several threads; keeps the keys that were looked at last.
 */
final class Observations {

    private static final int MOST = 10_000;

    /** When each part of a record was first seen as it is. */
    private record Sight(Map<String, Long> parts) {

        long since() {
            return parts.values().stream().reduce((a, b) -> a - b > 0 ? a : b).orElseThrow();
        }
    }

    private final LockDriver driver;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<StateKey, Sight> sights = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StateKey, Sight> eldest) {
            return size() > MOST;
        }
    };

    Observations(LockDriver driver) {
        this.driver = driver;
    }

    /**
     * Notes what an answer showed.
     *
     * @param received when the answer was received: a version seen for the first time counts from then. Counting from the send
     *     would be too early: the record may have been written after the request was sent
     * @return since when the record, in all its parts, has been unchanged
     */
    long see(ObservedLock seen, long received) {
        List<String> parts = driver.watchedParts(seen);
        synchronized (lock) {
            Sight known = sights.get(seen.key());
            Map<String, Long> since = new HashMap<>();
            for (String part : parts) {
                since.put(part, known == null ? received : known.parts().getOrDefault(part, received));
            }
            Sight sight = new Sight(since);
            sights.put(seen.key(), sight);
            return sight.since();
        }
    }

    /** The record is gone, or is ours now. */
    void forget(StateKey key) {
        synchronized (lock) {
            sights.remove(key);
        }
    }
}
