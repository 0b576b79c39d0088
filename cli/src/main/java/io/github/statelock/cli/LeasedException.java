package io.github.statelock.cli;

import io.github.statelock.LockHeldException;
import io.github.statelock.ObservedLock;

/** The lock to be released has a lease: its holder is at work, or is dead and needs another command. */
final class LeasedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final LockHeldException held;

    LeasedException(LockHeldException held) {
        super(held);
        this.held = held;
    }

    ObservedLock holder() {
        return held.holder();
    }
}
