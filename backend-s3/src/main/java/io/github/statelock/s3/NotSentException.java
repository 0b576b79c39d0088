package io.github.statelock.s3;

/** A change failed before it was sent: nothing was applied. The cause is the failure. */
final class NotSentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NotSentException(RuntimeException cause) {
        super(cause);
    }
}
