package io.github.statelock;

import java.util.Objects;

/**
 * One version of one state, as the store names it: an ETag, a generation, a hash. Opaque: only equality means anything,
 * and only between versions of one key of one store.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param value the store's name for the version
 */
public record StateVersion(String value) {

    /** Checks that there is a value. */
    public StateVersion {
        Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
        return value;
    }
}
