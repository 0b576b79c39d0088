package io.github.statelock.gcs;

/** What came back from one change. Everything else is thrown, and promises that nothing was applied. */
sealed interface Answer<T> {

    /**
     * It was applied.
     *
     * @param value what the service answered
     */
    record Done<T>(T value) implements Answer<T> {}

    /** Its preconditions did not hold. */
    record Refused<T>() implements Answer<T> {}

    /**
     * No answer, or one that does not tell.
     *
     * @param cause what came instead
     */
    record Unknown<T>(Throwable cause) implements Answer<T> {}
}
