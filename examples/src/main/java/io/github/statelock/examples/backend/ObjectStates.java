package io.github.statelock.examples.backend;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** States as objects: {@code states/<key>}, with the write ID as the object's tag. */
final class ObjectStates implements StateDriver {

    private static final String STATES = "states/";

    private final ObjectService service;

    ObjectStates(ObjectService service) {
        this.service = service;
    }

    /** An object of no bytes is no state. */
    @Override
    public Optional<StoredState> read(StateKey key) {
        return ObjectRequests.read(() -> service.get(STATES + key))
                .filter(found -> found.content().length > 0)
                .map(found -> new StoredState(
                        State.ofOwned(key, new StateVersion(found.version()), found.content()),
                        Optional.of(found.tag()).filter(tag -> !tag.isEmpty())));
    }

    /** One request. What a refusal or a lost answer means, the engine finds out by a read and the write ID. */
    @Override
    public WriteOutcome write(StateWrite write) {
        return ObjectRequests.change(
                () -> service.put(STATES + write.key(), write.content(), write.writeId(), write.condition())
                        .<WriteOutcome>map(version -> new WriteOutcome.Written(new StateVersion(version)))
                        .orElseGet(WriteOutcome.Refused::new),
                WriteOutcome.Unknown::new);
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        return ObjectRequests.change(
                () -> service.delete(STATES + delete.key(), delete.condition())
                        ? new WriteOutcome.Deleted()
                        : new WriteOutcome.Refused(),
                WriteOutcome.Unknown::new);
    }

    @Override
    public List<StateKey> list(String prefix) {
        return ObjectRequests.read(() -> service.list(STATES + prefix)).stream()
                .map(name -> StateKey.of(name.substring(STATES.length())))
                .sorted()
                .toList();
    }

    @Override
    public boolean keepsHistory() {
        return false;
    }

    /** The service keeps the newest version alone, and does not say when it was written. */
    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return read(key)
                .map(StoredState::state)
                .map(state -> new StateStore.Revision(state.version(), Instant.EPOCH, state.size()))
                .map(List::of)
                .orElse(List.of());
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return read(key).map(StoredState::state).filter(state -> state.version().equals(version));
    }
}
