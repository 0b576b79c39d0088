package io.github.statelock.examples;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.ObservedLock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens to locks: one listener may serve any number of acquisitions. */
final class LockMetrics {

    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    private void count(String event) {
        counters.computeIfAbsent(event, name -> new LongAdder()).increment();
    }

    long of(String event) {
        LongAdder counter = counters.get(event);
        return counter == null ? 0 : counter.sum();
    }

    // tag::listener[]
    LockListener listener() {
        return new LockListener() {
            @Override
            public void waiting(ObservedLock holder, Duration elapsed) {
                count("looks");
            }

            @Override
            public void acquired(HeldLock lock) {
                count("acquired");
            }

            @Override
            public void takenOver(HeldLock lock, ObservedLock from) {
                count("takeovers");
            }

            @Override
            public void renewed(HeldLock lock) {
                count("renewals");
            }

            @Override
            public void lost(HeldLock lock, LockLostException reason) {
                count("losses");
            }

            @Override
            public void released(HeldLock lock) {
                count("releases");
            }
        };
    }
    // end::listener[]
}
