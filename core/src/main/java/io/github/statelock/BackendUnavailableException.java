package io.github.statelock;

import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached, throttled the request, or failed before it applied anything.
 *
 * <p>The caller may assume that nothing was applied: repeating the call is safe.
 */
public final class BackendUnavailableException extends StatelockException {

    private static final long serialVersionUID = 1L;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public BackendUnavailableException(String message, @Nullable Throwable cause) {
        super(Kind.UNREACHABLE, message, cause);
    }
}
