package io.github.statelock.spi;

import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a backend can tell about the settings of its store, beyond what shows in reading and writing. For diagnosis: nothing
 * of the engine depends on it.
 *
 * <p>Implementations are safe for use by several threads.
 */
public interface Inspectable {

    /** How good a finding is. */
    enum Status {
        /** As it should be. */
        OK,
        /** Works, but not as well as it could, or not in every case. */
        WARN,
        /** Unsafe, or will not work. */
        FAIL,
        /** Could not be looked at, mostly for want of a permission that nothing else needs. */
        SKIP
    }

    /**
     * One thing that was looked at.
     *
     * @param name what was looked at, in a few words
     * @param status how good it is
     * @param detail what was found, and what to do about it
     */
    record Finding(String name, Status status, String detail) {
        /** Checks that every field is there. */
        public Finding {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(detail, "detail");
        }

        /**
         * As it should be.
         *
         * @param name what was looked at
         * @param detail what was found
         * @return the finding
         */
        public static Finding ok(String name, String detail) {
            return new Finding(name, Status.OK, detail);
        }

        /**
         * Not as good as it could be.
         *
         * @param name what was looked at
         * @param detail what was found, and what to do about it
         * @return the finding
         */
        public static Finding warn(String name, String detail) {
            return new Finding(name, Status.WARN, detail);
        }

        /**
         * Unsafe or broken.
         *
         * @param name what was looked at
         * @param detail what was found, and what to do about it
         * @return the finding
         */
        public static Finding fail(String name, String detail) {
            return new Finding(name, Status.FAIL, detail);
        }

        /**
         * Not looked at.
         *
         * @param name what was to be looked at
         * @param reason why not, such as the permission that it needs
         * @return the finding
         */
        public static Finding notChecked(String name, String reason) {
            return new Finding(name, Status.SKIP, "not checked: " + reason);
        }
    }

    /**
     * Looks at the settings of the store, with reads only. A setting that may not be read is a finding too, not an error.
     *
     * @return what was found
     */
    List<Finding> inspect();

    /**
     * Removes what the store keeps of a key whose state is deleted and whose lock is released: old versions, snapshots,
     * empty objects. For keys that were made for a test, since nothing of such a key can be had back.
     *
     * @param key the key
     * @return what could not be removed and why; empty if nothing is left
     */
    List<String> purge(StateKey key);

    /**
     * The states that are listed and cannot be read, as far as a store sees that without reading their contents.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return what reading each of them throws, ordered by key; by default none
     */
    default Map<StateKey, StateCorruptException> damaged(String prefix) {
        return Map.of();
    }
}
