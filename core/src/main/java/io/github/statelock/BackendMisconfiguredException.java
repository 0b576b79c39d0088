package io.github.statelock;

import org.jspecify.annotations.Nullable;

/**
 * The store is not set up for what was asked: no such bucket, table, container or folder, a wrong key schema, a lease the
 * service cannot keep, conditional writes that the store ignores.
 *
 * <p>The caller may assume that nothing was applied. Repeating the call will not help before the setup named in the
 * message is changed.
 */
public final class BackendMisconfiguredException extends StatelockException {

    private static final long serialVersionUID = 1L;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public BackendMisconfiguredException(String message, @Nullable Throwable cause) {
        super(Kind.MISCONFIGURED, message, cause);
    }
}
