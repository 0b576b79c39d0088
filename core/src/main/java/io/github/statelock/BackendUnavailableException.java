package io.github.statelock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The store could not be reached, throttled the request, or failed before it applied anything.
 *
 * <p>The caller may assume that nothing was applied: repeating the call is safe.
 */
public final class BackendUnavailableException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final @Nullable Duration retryAfter;

    /**
     * An error with a message and, where there is one, its cause.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     */
    public BackendUnavailableException(String message, @Nullable Throwable cause) {
        super(Kind.UNREACHABLE, message, cause);
        this.retryAfter = null;
    }

    /**
     * An error of a store that throttles and says, or is known to want, how long it is to be left alone.
     *
     * @param message what happened, where, and what to do
     * @param cause the failure underneath, or null
     * @param retryAfter how long not to repeat the request
     */
    public BackendUnavailableException(String message, @Nullable Throwable cause, Duration retryAfter) {
        super(Kind.UNREACHABLE, message, cause);
        this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
    }

    /**
     * How long the store asks not to repeat the request, counted from its answer. Empty if it does not throttle, or does not
     * say how long.
     *
     * @return the time
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
