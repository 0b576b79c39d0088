package io.github.statelock.cli.serve;

/** What the server tells. Implementations are safe for use by several threads. */
@FunctionalInterface
public interface ServerLog {

    /**
     * A request was answered.
     *
     * @param visit the request
     */
    void visited(Visit visit);

    /**
     * Something happened that the operator should know.
     *
     * @param text one line
     */
    default void note(String text) {}
}
