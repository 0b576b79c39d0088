package io.github.statelock.examples.backend;

import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;

/** Locks and states in an object service. All that it adds to the drivers is a name. */
public final class ObjectBackend extends DriverBackend {

    private ObjectBackend(ObjectService service, EngineOptions options) {
        super(new ObjectLocks(service), new ObjectStates(service), options);
    }

    /**
     * Opens a backend.
     *
     * @param service the service
     * @return a backend, to be closed by the caller
     */
    static ObjectBackend open(ObjectService service) {
        return new ObjectBackend(service, EngineOptions.builder().build());
    }
}
