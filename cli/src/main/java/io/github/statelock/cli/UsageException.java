package io.github.statelock.cli;

import io.github.statelock.BackendMisconfiguredException;

/** The arguments, the environment or the place that they name are wrong. The message is for the user. */
final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    UsageException(BackendMisconfiguredException cause) {
        super(cause.getMessage(), cause);
    }
}
