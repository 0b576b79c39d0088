package io.github.statelock.testkit;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.ObservedLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a listener is told, with the time of the scenario. */
final class RecordingListener implements LockListener {

    /** One thing that was told. */
    record Event(String name, long nanos, Optional<ObservedLock> other, Duration elapsed) {}

    private final ContractTime time;
    private final List<Event> events = new CopyOnWriteArrayList<>();

    RecordingListener(ContractTime time) {
        this.time = time;
    }

    List<String> names() {
        return events.stream().map(Event::name).toList();
    }

    List<Event> all(String name) {
        return events.stream().filter(e -> e.name().equals(name)).toList();
    }

    int count(String name) {
        return all(name).size();
    }

    @Override
    public void waiting(ObservedLock holder, Duration elapsed) {
        add("waiting", Optional.of(holder), elapsed);
    }

    @Override
    public void acquired(HeldLock lock) {
        add("acquired");
    }

    @Override
    public void takenOver(HeldLock lock, ObservedLock from) {
        add("takenOver", Optional.of(from), Duration.ZERO);
    }

    @Override
    public void renewed(HeldLock lock) {
        add("renewed");
    }

    @Override
    public void atRisk(HeldLock lock, String reason) {
        add("atRisk");
    }

    @Override
    public void lost(HeldLock lock, LockLostException reason) {
        add("lost");
    }

    @Override
    public void forced(HeldLock lock) {
        add("forced");
    }

    @Override
    public void released(HeldLock lock) {
        add("released");
    }

    private void add(String name) {
        add(name, Optional.empty(), Duration.ZERO);
    }

    private void add(String name, Optional<ObservedLock> other, Duration elapsed) {
        events.add(new Event(name, time.nanos(), other, elapsed));
    }
}
