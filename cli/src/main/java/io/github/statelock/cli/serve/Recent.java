package io.github.statelock.cli.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.engine.Ticker;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What was lately said of each key, bounded in number and time; the oldest is forgotten first. Safe for several threads. */
final class Recent<K, V> {

    private final int most;
    private final long nanos;
    private final Ticker ticker;
    private final Object lock = new Object();

    /** Ordered by the time of the last put. */
    @GuardedBy("lock")
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>();

    private record Entry<V>(V value, long since) {}

    Recent(int most, Duration remembered, Ticker ticker) {
        this.most = most;
        this.nanos = remembered.toNanos();
        this.ticker = ticker;
    }

    void put(K key, V value) {
        long now = ticker.nanos();
        synchronized (lock) {
            entries.remove(key); // so that it comes last
            entries.put(key, new Entry<>(value, now));
            Iterator<Entry<V>> oldest = entries.values().iterator();
            while (oldest.hasNext() && (isOver(oldest.next(), now) || entries.size() > most)) {
                oldest.remove();
            }
        }
    }

    Optional<V> get(K key) {
        long now = ticker.nanos();
        synchronized (lock) {
            Entry<V> entry = entries.get(key);
            return entry == null || isOver(entry, now) ? Optional.empty() : Optional.of(entry.value());
        }
    }

    private boolean isOver(Entry<V> entry, long now) {
        return now - entry.since() >= nanos;
    }
}
