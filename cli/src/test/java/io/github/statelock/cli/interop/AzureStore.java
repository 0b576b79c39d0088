package io.github.statelock.cli.interop;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.LeaseStateType;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A container of its own. OpenTofu's backend has no option for an endpoint: it talks to {@code account.blob.core.windows.net} by
 * https, through the proxy that its environment names, and that proxy is the emulator.
 */
final class AzureStore implements SharedStore {

    private static final String ACCOUNT = "devstoreaccount1";

    /** The emulator's own, which is no secret. */
    private static final String ACCOUNT_KEY = System.getenv("AZURE_STORAGE_KEY");

    private static final String KEY = "network.tfstate";
    private static final String LOCK_INFO = "terraformlockid";

    private final String name = "interop-" + UUID.randomUUID();
    private final URI server = TestServers.azureBlob().uri();
    private final TlsProxy proxy;
    private final BlobContainerClient container = new BlobContainerClientBuilder()
            .endpoint(server.toString())
            .containerName(name)
            .credential(new StorageSharedKeyCredential(ACCOUNT, ACCOUNT_KEY))
            .httpClient(new JdkHttpClientBuilder().build())
            .buildClient();

    AzureStore(Path folder) throws Exception {
        proxy = new TlsProxy(ACCOUNT + ".blob.core.windows.net", server, folder);
        container.create();
    }

    @Override
    public String backend() {
        return "azurerm";
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("storage_account_name", ACCOUNT);
        arguments.put("container_name", name);
        arguments.put("key", KEY);
        return arguments;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of(
                "ARM_ACCESS_KEY", ACCOUNT_KEY,
                "HTTPS_PROXY", proxy.uri(),
                "SSL_CERT_FILE", proxy.certificate().toString());
    }

    @Override
    public String uri() {
        return "azblob://" + name + "?endpoint=" + server;
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String lease() {
        return "15s";
    }

    /** OpenTofu's first command on a new state writes an empty one, as serial 1. */
    @Override
    public int firstSerial() {
        return 2;
    }

    @Override
    public List<String> residue() {
        List<String> found = new ArrayList<>();
        ListBlobsOptions all = new ListBlobsOptions()
                .setDetails(new BlobListDetails().setRetrieveMetadata(true).setRetrieveSnapshots(true));
        for (BlobItem blob : container.listBlobs(all, null)) {
            Map<String, String> metadata = blob.getMetadata() == null ? Map.of() : blob.getMetadata();
            if (!blob.getName().equals(KEY)
                    || blob.getProperties().getLeaseState() == LeaseStateType.LEASED
                    || metadata.containsKey(LOCK_INFO)) {
                found.add(blob.getName() + " " + blob.getProperties().getLeaseState() + " " + metadata);
            }
        }
        return found;
    }

    @Override
    public void close() {
        proxy.close();
    }
}
