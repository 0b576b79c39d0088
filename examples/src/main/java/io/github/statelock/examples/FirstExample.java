package io.github.statelock.examples;

import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import java.net.URI;
import java.util.Optional;

/** The README's first example: a state is read, changed and written under its lock. */
final class FirstExample {

    private FirstExample() {}

    static void apply(URI store) throws InterruptedException {
        // tag::readme[]
        try (StateBackend backend = StateBackends.open(store);
                LockedState state = backend.lock("prod/network.tfstate", LockOptions.operation("apply"))) {
            Optional<State> current = state.read();
            byte[] next = plan(current);
            state.write(next); // refused by the store itself if anybody else wrote in between
        }
        // end::readme[]
    }

    private static byte[] plan(Optional<State> current) {
        return current.map(TinyState::next).orElseGet(() -> TinyState.of(1, "0b5e8a3c-6f0f-4b53-8a51-1d0c4d1a2f77"));
    }
}
