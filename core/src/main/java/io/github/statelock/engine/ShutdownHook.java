package io.github.statelock.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A JVM shutdown hook that can be taken back. */
final class ShutdownHook {

    private static final Logger LOG = LoggerFactory.getLogger(ShutdownHook.class);

    private final Thread hook;

    ShutdownHook(Runnable task) {
        this.hook = new Thread(task, "statelock-shutdown");
    }

    void add() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Takes the hook back; does nothing if it was not added or the JVM is shutting down. */
    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            LOG.trace("The JVM is shutting down", e);
        }
    }
}
