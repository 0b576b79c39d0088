package io.github.statelock.local;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** States in memory. One atomic step of the map per change; what is in it is never changed. */
final class MemoryStateDriver implements StateDriver {

    private static final Versions NONE = new Versions(true, List.of());

    private record Kept(StoredState stored, Instant written) {}

    /** The versions kept, the newest first. */
    private record Versions(boolean deleted, List<Kept> kept) {

        Optional<Kept> current() {
            return deleted ? Optional.empty() : Optional.of(kept.get(0));
        }

        Optional<StateVersion> version() {
            return current().map(kept -> kept.stored().state().version());
        }

        Versions plus(Kept newest) {
            List<Kept> next = new ArrayList<>(kept.subList(0, Math.min(kept.size(), StateLog.DEPTH - 1)));
            next.add(0, newest);
            return new Versions(false, List.copyOf(next));
        }
    }

    private final Map<StateKey, Versions> states = new ConcurrentHashMap<>();
    private final AtomicLong lastVersion = new AtomicLong();

    @Override
    public WriteOutcome write(StateWrite write) {
        StateVersion version = new StateVersion(Long.toString(lastVersion.incrementAndGet()));
        State state = State.ofOwned(write.key(), version, write.content().clone());
        Kept newest = new Kept(new StoredState(state, Optional.of(write.writeId())), Instant.now());
        Versions now = states.compute(write.key(), (key, stored) -> {
            Versions old = stored == null ? NONE : stored;
            return Conditions.hold(write.condition(), old.version()) ? old.plus(newest) : old;
        });
        // Versions are never given twice, so if it is there it is ours; nobody looks before compute has decided.
        return now.kept().contains(newest) ? new WriteOutcome.Written(version) : new WriteOutcome.Refused();
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        Versions now = states.computeIfPresent(
                delete.key(),
                (key, old) ->
                        Conditions.hold(delete.condition(), old.version()) ? new Versions(true, old.kept()) : old);
        return now == null || now.deleted() ? new WriteOutcome.Deleted() : new WriteOutcome.Refused();
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return states.getOrDefault(key, NONE).current().map(Kept::stored);
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return states.getOrDefault(key, NONE).kept().stream()
                .map(kept -> kept.stored().state())
                .filter(state -> state.version().equals(version))
                .findFirst();
    }

    @Override
    public List<StateKey> list(String prefix) {
        return states.entrySet().stream()
                .filter(entry -> !entry.getValue().deleted())
                .map(Map.Entry::getKey)
                .filter(key -> key.value().startsWith(prefix))
                .sorted()
                .toList();
    }

    @Override
    public boolean keepsHistory() {
        return true;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return states.getOrDefault(key, NONE).kept().stream()
                .map(kept -> new StateStore.Revision(
                        kept.stored().state().version(),
                        kept.written(),
                        kept.stored().state().size()))
                .toList();
    }
}
