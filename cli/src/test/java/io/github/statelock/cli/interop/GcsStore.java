package io.github.statelock.cli.interop;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.testkit.TestServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A bucket of its own. */
final class GcsStore implements SharedStore {

    private static final String KEY = "default.tfstate";

    private final String bucket = "interop-" + UUID.randomUUID();
    private final URI server;
    private final Storage client;

    GcsStore(TestServer server) {
        this.server = server.uri();
        this.client = StorageOptions.http()
                .setHost(this.server.toString())
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test")
                .build()
                .getService();
        client.create(BucketInfo.of(bucket));
    }

    @Override
    public String backend() {
        return "gcs";
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("bucket", bucket, "prefix", "network", "storage_custom_endpoint", server + "/storage/v1/");
    }

    /** At an endpoint of its own, too, OpenTofu wants credentials. The server takes any. */
    @Override
    public Map<String, String> environment() {
        return Map.of("GOOGLE_OAUTH_ACCESS_TOKEN", "any");
    }

    @Override
    public String uri() {
        return "gs://" + bucket + "/network?endpoint=" + server;
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String lease() {
        return "10s";
    }

    /** OpenTofu's first command on a new state writes an empty one, as serial 1. */
    @Override
    public int firstSerial() {
        return 2;
    }

    @Override
    public List<String> residue() {
        return client.list(bucket)
                .streamAll()
                .map(BlobInfo::getName)
                .filter(name -> !name.equals("network/" + KEY))
                .toList();
    }
}
