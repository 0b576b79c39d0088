package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Since when this process has seen each record unchanged. Outlives one call, so that repeated attempts add up. Safe for use
 * by several threads; keeps the keys that were looked at last.
 */
final class Observations {

    private static final int MOST = 10_000;

    private record Sight(String version, long since) {}

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<StateKey, Sight> sights = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StateKey, Sight> eldest) {
            return size() > MOST;
        }
    };

    /**
     * Notes what an answer showed.
     *
     * @param received when the answer was received: a version seen for the first time counts from then. Counting from the send
     *     would be too early: the record may have been written after the request was sent
     * @return since when the record has been unchanged
     */
    long see(ObservedLock seen, long received) {
        synchronized (lock) {
            Sight known = sights.get(seen.key());
            if (known != null && known.version().equals(seen.version())) {
                return known.since();
            }
            sights.put(seen.key(), new Sight(seen.version(), received));
            return received;
        }
    }

    /** The record is gone, or is ours now. */
    void forget(StateKey key) {
        synchronized (lock) {
            sights.remove(key);
        }
    }
}
