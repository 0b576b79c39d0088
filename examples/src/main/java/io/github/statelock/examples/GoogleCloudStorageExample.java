package io.github.statelock.examples;

import com.google.cloud.storage.Storage;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.gcs.GcsBackend;
import java.net.URI;
import java.util.Optional;

/** A state of Terraform's in Google Cloud Storage, changed under the lock that Terraform respects. */
final class GoogleCloudStorageExample {

    private GoogleCloudStorageExample() {}

    /** Opened by URI, such as {@code gs://my-states/network}, with the application default credentials. */
    static void applyByUri(URI store) throws InterruptedException {
        // tag::uri[]
        try (StateBackend backend = StateBackends.open(store)) {
            apply(backend);
        }
        // end::uri[]
    }

    /** Opened by builder, with a client that the caller has configured and closes. */
    static void applyWithClient(Storage client, String bucket) throws InterruptedException {
        // tag::client[]
        try (StateBackend backend =
                GcsBackend.builder(bucket).prefix("network").storage(client).build()) {
            apply(backend);
        }
        // end::client[]
    }

    // tag::apply[]
    private static void apply(StateBackend backend) throws InterruptedException {
        LockOptions options = LockOptions.operation("apply");
        try (LockedState state = backend.lock(GcsBackend.workspaceKey("default"), options)) {
            Optional<State> current = state.read();
            state.write(next(current));
        }
    }
    // end::apply[]

    private static byte[] next(Optional<State> current) {
        return current.map(TinyState::next).orElseGet(() -> TinyState.of(1, "5f2d0a6e-6d0b-4a57-9f0c-6f3a1f3f7c11"));
    }
}
