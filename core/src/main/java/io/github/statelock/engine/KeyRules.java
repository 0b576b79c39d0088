package io.github.statelock.engine;

import io.github.statelock.InvalidKeyException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import java.util.Optional;

/** What the lock driver says of keys, for locks and states alike. */
@FunctionalInterface
interface KeyRules {

    static KeyRules of(LockDriver driver) {
        return new KeyRules() {
            @Override
            public String lockPath(StateKey key) {
                return driver.lockPath(key);
            }

            @Override
            public Optional<String> problem(StateKey key) {
                return driver.keyProblem(key);
            }
        };
    }

    /** Names the object of a state in all of the JVM. */
    String lockPath(StateKey key);

    /** Why the store cannot hold a key. */
    default Optional<String> problem(StateKey key) {
        return key.notPortable();
    }

    /**
     * Refuses a key that the store cannot hold.
     *
     * @throws InvalidKeyException with the rule that it breaks
     */
    default void require(StateKey key) {
        problem(key).ifPresent(rule -> {
            throw new InvalidKeyException(key.value(), rule);
        });
    }
}
