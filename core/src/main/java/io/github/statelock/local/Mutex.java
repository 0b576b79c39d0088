package io.github.statelock.local;

import java.io.IOException;

/** One process and thread at a time. */
interface Mutex {

    /**
     * Runs the action with nobody else inside.
     *
     * @throws io.github.statelock.BackendUnavailableException if the mutex could not be had in time or the thread was
     *     interrupted; the action was not run
     */
    <T> T holding(IoAction<T> action) throws IOException;
}
