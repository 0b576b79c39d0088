package io.github.statelock.local;

import java.util.Optional;

/** Tells which process holds a lock, and whether it is gone. Implementations are safe for use by several threads. */
interface Processes {

    /** This process, as text that {@link #isGone} takes; empty where it cannot be told beyond doubt. */
    Optional<String> self();

    /** Whether that process is gone beyond doubt. In doubt it is not, and its lease decides. */
    boolean isGone(String process);

    /** For a store within one process: a holder is never gone. */
    static Processes unknown() {
        return new Processes() {
            @Override
            public Optional<String> self() {
                return Optional.empty();
            }

            @Override
            public boolean isGone(String process) {
                return false;
            }
        };
    }
}
