package io.github.statelock;

import org.jspecify.annotations.Nullable;

/**
 * What is stored cannot be trusted: a state whose digest or checksum does not match, or a record that cannot be read.
 *
 * <p>The caller may assume that nothing was changed. The message names what was found, what was expected, and the
 * operation that repairs it.
 */
public final class StateCorruptException extends StatelockException {

    private static final long serialVersionUID = 1L;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public StateCorruptException(String message, @Nullable Throwable cause) {
        super(Kind.CORRUPT, message, cause);
    }
}
