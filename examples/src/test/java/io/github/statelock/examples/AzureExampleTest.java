package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real-time")
class AzureExampleTest {

    /** The emulator's account and key, which are no secret. */
    private static final StorageSharedKeyCredential EMULATOR = new StorageSharedKeyCredential(
            "devstoreaccount1",
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    private final String name = "t" + UUID.randomUUID();

    private BlobContainerClient newContainer() {
        return new BlobServiceClientBuilder()
                .endpoint(TestServers.azureBlob().uri().toString())
                .credential(EMULATOR)
                .buildClient()
                .createBlobContainer(name);
    }

    /** The key is in the environment. */
    private URI store(String prefix) {
        return URI.create("azblob://" + name + "/" + prefix + "?endpoint="
                + TestServers.azureBlob().uri());
    }

    @Test
    void theCallersClientAndTheUriOpenTheSamePlace() throws Exception {
        BlobContainerClient container = newContainer();
        AzureExample.applyWith(container);
        AzureExample.applyAt(store("network"));
        assertThat(container
                        .getBlobClient("network/prod.tfstate")
                        .downloadContent()
                        .toString())
                .contains("\"serial\": 2");
    }

    @Test
    void theWholeStoryHappensInAContainer() throws Exception {
        newContainer();
        assertThat(Quickstart.run("--store", store("story").toString())).isZero();
    }
}
