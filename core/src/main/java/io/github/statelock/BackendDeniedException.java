package io.github.statelock;

import org.jspecify.annotations.Nullable;

/**
 * The store refused a request for want of permission or because credentials are missing or expired.
 *
 * <p>The caller may assume that nothing was applied. Repeating the call will not help before the permission named in the
 * message is granted.
 */
public final class BackendDeniedException extends StatelockException {

    private static final long serialVersionUID = 1L;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public BackendDeniedException(String message, @Nullable Throwable cause) {
        super(Kind.DENIED, message, cause);
    }
}
