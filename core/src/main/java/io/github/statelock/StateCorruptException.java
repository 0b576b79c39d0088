package io.github.statelock;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is stored cannot be trusted: a state whose digest or checksum does not match, or a record that cannot be read.
 *
 * <p>The caller may assume that nothing was changed. The message names what was found, what was expected, and the
 * operation that repairs it.
 */
public final class StateCorruptException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<StateVersion> version;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public StateCorruptException(String message, @Nullable Throwable cause) {
        super(Kind.CORRUPT, message, cause);
        this.version = Optional.empty();
    }

    /**
     * A state that cannot be trusted.
     *
     * @param problem what was found, where, and what was expected
     * @param version its version, which can be replaced; empty where it is not known
     * @param remedies what repairs it, the likeliest first
     * @param cause the failure underneath, or null
     */
    public StateCorruptException(
            String problem, Optional<StateVersion> version, List<Remedy> remedies, @Nullable Throwable cause) {
        super(Kind.CORRUPT, problem, remedies, cause);
        this.version = Objects.requireNonNull(version, "version");
    }

    /**
     * The version of the state that cannot be trusted. A write or delete on condition of it replaces that state and nothing
     * newer; {@link LockedState#overwrite} and {@link LockedState#delete} do so by themselves.
     *
     * @return the version; empty where it is not known, or where what is corrupt is not a state
     */
    public Optional<StateVersion> version() {
        return version;
    }
}
