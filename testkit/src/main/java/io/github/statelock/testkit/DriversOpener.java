package io.github.statelock.testkit;

/**
 * Opens a backend's drivers in another JVM, for {@link ManyProcessesContract}. Implementations are public, have a public
 * constructor without arguments, and are used by one thread.
 */
public interface DriversOpener {

    /**
     * Opens the drivers.
     *
     * @param store what {@link ManyProcessesContract#store()} gave in the parent
     * @return the drivers
     */
    BackendContract.Drivers open(String store);
}
