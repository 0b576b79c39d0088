package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.testkit.TestServers;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class AzureExampleTest {

    /** The emulator's account and key, which are no secret. */
    private static final StorageSharedKeyCredential EMULATOR = new StorageSharedKeyCredential(
            "devstoreaccount1",
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==");

    @Test
    void theExampleWritesOverTheCallersClient() throws Exception {
        BlobContainerClient container = new BlobServiceClientBuilder()
                .endpoint(TestServers.azureBlob().uri().toString())
                .credential(EMULATOR)
                .buildClient()
                .createBlobContainer("t" + UUID.randomUUID());
        AzureExample.applyWith(container);
        AzureExample.applyWith(container);
        assertThat(container
                        .getBlobClient("network/prod.tfstate")
                        .downloadContent()
                        .toString())
                .contains("\"serial\": 2");
    }
}
