package io.github.statelock.testkit;

/** A server's program is not here and could not be fetched. The message says what to do about it. */
final class ServerNotInstalledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ServerNotInstalledException(String message) {
        super(message);
    }

    ServerNotInstalledException(String message, Throwable cause) {
        super(message, cause);
    }
}
