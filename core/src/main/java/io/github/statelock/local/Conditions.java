package io.github.statelock.local;

import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import java.util.Optional;

/** Whether a write's condition holds. */
final class Conditions {

    private Conditions() {}

    static boolean hold(WriteCondition condition, Optional<StateVersion> stored) {
        if (condition instanceof WriteCondition.IfVersion ifVersion) {
            return stored.equals(Optional.of(ifVersion.version()));
        }
        return condition instanceof WriteCondition.Unconditional || stored.isEmpty();
    }
}
