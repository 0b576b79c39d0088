package io.github.statelock.examples;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;

/**
 * A resource outside the store, which the store cannot protect: it remembers the highest fencing token it has seen and refuses
 * lower ones, so that a holder who was paused and has lost its lock changes nothing any more.
 */
final class FencedResource {

    private long highest;
    private String value = "";

    /** Applies the change if no later holder was here before, and says whether it did. */
    synchronized boolean set(FencingToken token, String newValue) {
        if (token.value() < highest) {
            return false;
        }
        highest = token.value();
        value = newValue;
        return true;
    }

    synchronized String value() {
        return value;
    }

    /** Changes the resource under a lock. */
    static boolean change(LockManager locks, FencedResource resource, String newValue) throws InterruptedException {
        LockOptions options =
                LockOptions.builder().operation("switch").fencing(true).build();
        try (HeldLock lock = locks.acquire(StateKey.of("dns/switch"), options)) {
            return resource.set(lock.fencingToken().orElseThrow(), newValue);
        }
    }
}
