package io.github.statelock.local;

/** What one step of {@link Records#update} makes of a record, and what it answers. */
sealed interface Change<T> {

    /** What the step answers, once the change is applied. */
    T result();

    /** The record stays as it is. */
    record Keep<T>(T result) implements Change<T> {}

    /** The record is created or replaced. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Put<T>(T result, byte[] bytes) implements Change<T> {}

    /** The record is removed. */
    record Remove<T>(T result) implements Change<T> {}
}
