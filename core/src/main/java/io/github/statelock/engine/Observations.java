package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Since when this process has seen each record unchanged, and whether it saw it renewed. Outlives one call, so that repeated
 * attempts add up. Safe for use by several threads; keeps the keys that were looked at last.
 */
final class Observations {

    private static final int MOST = 10_000;

    /**
     * What was seen of a record.
     *
     * @param id its lock's ID
     * @param parts when each of its parts was first seen as it is
     * @param renewed whether all of its parts were seen to change under that ID
     */
    private record Sight(Optional<String> id, Map<String, Long> parts, boolean renewed) {

        long since() {
            return parts.values().stream().reduce((a, b) -> a - b > 0 ? a : b).orElseThrow();
        }

        boolean isRenewedBy(Optional<String> laterId, List<String> laterParts) {
            return id.isPresent()
                    && id.equals(laterId)
                    && (renewed || Collections.disjoint(parts.keySet(), laterParts));
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
        if (seen.version().isEmpty()) {
            return received; // a holder whose record could not be read: there is nothing to watch
        }
        List<String> parts = driver.watchedParts(seen);
        Optional<String> id = seen.info().map(LockInfo::id);
        synchronized (lock) {
            Sight known = sights.get(seen.key());
            Map<String, Long> since = new HashMap<>();
            for (String part : parts) {
                since.put(part, known == null ? received : known.parts().getOrDefault(part, received));
            }
            Sight sight = new Sight(id, since, known != null && known.isRenewedBy(id, parts));
            sights.put(seen.key(), sight);
            return sight.since();
        }
    }

    /** Whether the holder of that record was seen to renew it. */
    boolean isSeenRenewed(ObservedLock seen) {
        synchronized (lock) {
            Sight known = sights.get(seen.key());
            return known != null
                    && known.renewed()
                    && known.id().filter(seen::hasId).isPresent();
        }
    }

    /** The record is gone, or is ours now. */
    void forget(StateKey key) {
        synchronized (lock) {
            sights.remove(key);
        }
    }
}
