package com.example.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import java.net.URI;

/** Takes a lock, writes a state and reads it, on each store that is named. */
public final class App {

    private static final StateKey KEY = StateKey.of("network.tfstate");

    private App() {}

    /**
     * Runs it.
     *
     * @param stores the stores' URIs
     */
    public static void main(String[] stores) throws Exception {
        for (String store : stores) {
            roundTrip(URI.create(store));
            System.out.println("done: " + URI.create(store).getScheme());
        }
    }

    private static void roundTrip(URI store) throws InterruptedException {
        try (StateBackend backend = StateBackends.open(store);
                StateBackend other = StateBackends.open(store)) {
            try (LockedState state = backend.lock(KEY, LockOptions.operation("apply"))) {
                check(state.read().isEmpty(), "a new store is empty");
                state.write("{\"serial\": 1}".getBytes(UTF_8));
                LockAttempt attempt = other.locks().tryAcquire(KEY, LockOptions.operation("apply"));
                check(attempt instanceof LockAttempt.Held, "a second holder is refused");
            }
            check(other.locks().inspect(KEY).isEmpty(), "the lock is released");
            String read = other.states().read(KEY).orElseThrow().utf8();
            check(read.equals("{\"serial\": 1}"), "the state is read as it was written");
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("Failed: " + what);
        }
    }
}
