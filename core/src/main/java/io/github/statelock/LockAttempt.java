package io.github.statelock;

import java.util.Objects;

/**
 * What an attempt to take a lock gave: contention is a value, not an error. Immutable and safe for use by several threads.
 */
public sealed interface LockAttempt {

    /**
     * The lock is ours.
     *
     * @param lock the lock, to be released by the caller
     */
    record Acquired(HeldLock lock) implements LockAttempt {
        /** Checks that there is a lock. */
        public Acquired {
            Objects.requireNonNull(lock, "lock");
        }
    }

    /**
     * Somebody else holds it.
     *
     * @param holder the record that is there
     */
    record Held(ObservedLock holder) implements LockAttempt {
        /** Checks that there is a holder. */
        public Held {
            Objects.requireNonNull(holder, "holder");
        }
    }
}
