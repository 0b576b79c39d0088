package io.github.statelock;

import java.util.Objects;
import java.util.Optional;

/**
 * The store refused a write or delete because the state is not the version the caller named as its base.
 *
 * <p>The caller may assume that this write was not applied and that the stored state is somebody else's newer one: read
 * it, decide again, and write on that base.
 */
public final class StateConflictException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<StateVersion> expected;
    private final transient Optional<StateVersion> actual;

    /**
     * A conflict.
     *
     * @param key the state's key
     * @param expected the base that the caller named; empty for "absent"
     * @param actual the version that is stored; empty for "absent"
     */
    public StateConflictException(StateKey key, Optional<StateVersion> expected, Optional<StateVersion> actual) {
        super(
                Kind.CONFLICT,
                "The state \"" + key + "\" was changed by somebody else: expected " + name(expected) + ", found "
                        + name(actual) + ". Nothing was written; read it again and write on that base.",
                null);
        this.expected = Objects.requireNonNull(expected, "expected");
        this.actual = Objects.requireNonNull(actual, "actual");
    }

    /**
     * The base that the caller named.
     *
     * @return the version; empty where the state was expected to be absent
     */
    public Optional<StateVersion> expected() {
        return expected;
    }

    /**
     * The version that is stored.
     *
     * @return the version; empty where the state is absent
     */
    public Optional<StateVersion> actual() {
        return actual;
    }

    private static String name(Optional<StateVersion> version) {
        return version.map(v -> "version " + Printable.line(v.value())).orElse("no state");
    }
}
