package io.github.statelock.spi;

import io.github.statelock.State;
import java.util.Objects;
import java.util.Optional;

/**
 * A state as the store has it.
 *
 * @param state content and version
 * @param writeId the write ID in the object's metadata; empty for a state that Terraform wrote
 */
public record StoredState(State state, Optional<String> writeId) {

    /** Checks that every field is there. */
    public StoredState {
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(writeId, "writeId");
    }
}
