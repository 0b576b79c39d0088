package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.gcs.GcsBackend;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-time")
class GoogleCloudStorageTest {

    private final URI server = TestServers.gcs().uri();
    private final String bucket = "examples-" + UUID.randomUUID();
    private final Storage client = StorageOptions.http()
            .setHost(server.toString())
            .setCredentials(NoCredentials.getInstance())
            .setProjectId("test")
            .build()
            .getService();

    private URI store(String prefix) {
        return URI.create("gs://" + bucket + "/" + prefix + "?endpoint=" + server);
    }

    @Test
    void theExampleWritesOneSerialAfterTheOther() throws Exception {
        client.create(BucketInfo.of(bucket));
        GoogleCloudStorageExample.applyByUri(store("network"));
        GoogleCloudStorageExample.applyByUri(store("network"));
        assertThatTheSecondSerialIsFree();
    }

    /** With the proof that the store honours conditions, which patches too. */
    @Test
    void theExampleDoesSoThroughAClientOfTheCallers() throws Exception {
        client.create(BucketInfo.of(bucket));
        GoogleCloudStorageExample.applyWithClient(client, bucket);
        GoogleCloudStorageExample.applyWithClient(client, bucket);
        assertThatTheSecondSerialIsFree();
    }

    private void assertThatTheSecondSerialIsFree() {
        try (StateBackend backend = StateBackends.open(store("network"))) {
            assertThat(backend.states().read(GcsBackend.workspaceKey("default")))
                    .hasValueSatisfying(
                            state -> assertThat(TinyState.serialOf(state)).isEqualTo(2));
            assertThat(backend.locks().list("")).isEmpty();
        }
    }

    @Test
    void theWholeStoryHappensInABucket() throws Exception {
        client.create(BucketInfo.of(bucket));
        assertThat(Quickstart.run("--store", store("story").toString())).isZero();
    }
}
