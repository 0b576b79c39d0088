package io.github.statelock.cli;

/** A command that could not do its work, for a reason without an exit code of its own. The message is for the user. */
final class FailureException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    FailureException(String message) {
        super(message);
    }
}
