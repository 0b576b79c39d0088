package io.github.statelock;

import java.util.Objects;

/**
 * What must be true of the stored state for a write or delete to be applied. The store itself checks it, in the same
 * request. Immutable and safe for use by several threads.
 */
public sealed interface WriteCondition {

    /** The state must be absent (an empty object counts as absent). */
    record IfAbsent() implements WriteCondition {}

    /**
     * The stored state must be that version.
     *
     * @param version the base of the update
     */
    record IfVersion(StateVersion version) implements WriteCondition {
        /** Checks that there is a version. */
        public IfVersion {
            Objects.requireNonNull(version, "version");
        }
    }

    /** Anything may be stored: the write wins over whatever is there. No promise of this library covers it. */
    record Unconditional() implements WriteCondition {}

    /**
     * The state must be absent.
     *
     * @return the condition
     */
    static WriteCondition ifAbsent() {
        return new IfAbsent();
    }

    /**
     * The stored state must be that version.
     *
     * @param version the base of the update
     * @return the condition
     */
    static WriteCondition ifVersion(StateVersion version) {
        return new IfVersion(version);
    }

    /**
     * No condition. For operators who mean to overwrite; the promises exclude it.
     *
     * @return the condition
     */
    static WriteCondition unconditional() {
        return new Unconditional();
    }
}
