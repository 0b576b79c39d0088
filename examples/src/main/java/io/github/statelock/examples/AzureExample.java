package io.github.statelock.examples;

import com.azure.storage.blob.BlobContainerClient;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.azure.AzureBackend;
import java.net.URI;
import java.time.Duration;

/** A state in Azure Blob Storage: over the client that the program has already, and by URI. */
final class AzureExample {

    private AzureExample() {}

    /** The caller's client brings endpoint and credential; the backend does not close it. */
    static void applyWith(BlobContainerClient container) throws InterruptedException {
        // tag::docs[]
        try (StateBackend backend = AzureBackend.builder()
                        .client(container)
                        .prefix("network")
                        .build();
                LockedState state = backend.lock("prod.tfstate", LockOptions.operation("apply"))) {
            state.write(state.read().map(TinyState::next).orElseGet(() -> TinyState.of(1, "lineage")));
        }
        // end::docs[]
    }

    /** Such as {@code azblob://states@myaccount/network}; the credential comes from the environment. */
    static void applyAt(URI store) throws InterruptedException {
        LockOptions patient = LockOptions.builder()
                .operation("apply")
                .waitUpTo(Duration.ofMinutes(5))
                .build();
        try (StateBackend backend = StateBackends.open(store);
                LockedState state = backend.lock("prod.tfstate", patient)) {
            state.write(state.read().map(TinyState::next).orElseGet(() -> TinyState.of(1, "lineage")));
        }
    }
}
