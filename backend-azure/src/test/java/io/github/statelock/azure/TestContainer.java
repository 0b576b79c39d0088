package io.github.statelock.azure;

import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.specialized.BlobLeaseClient;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.TestServers;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A container of its own on the test server, and what Terraform and others do there: through the SDK alone, past everything
 * that is tested.
 */
final class TestContainer {

    /** The emulator's account, which is no secret. */
    static final String ACCOUNT = "devstoreaccount1";

    /** The emulator's key, which is no secret. */
    static final String KEY =
            "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    /** Terraform's lease. */
    static final int INFINITE = -1;

    private final String name;

    private TestContainer(String name) {
        this.name = name;
    }

    static TestContainer create() {
        TestContainer container = new TestContainer("t" + UUID.randomUUID());
        container.client().create();
        return container;
    }

    String name() {
        return name;
    }

    static URI endpoint() {
        return TestServers.azureBlob().uri();
    }

    BlobContainerClient client() {
        return client(endpoint(), name);
    }

    /** A client with its own connections, to the server or to a proxy in front of it; it sends every request once. */
    static BlobContainerClient client(URI endpoint, String container) {
        return builder(endpoint).buildClient().getBlobContainerClient(container);
    }

    static BlobServiceClientBuilder builder(URI endpoint) {
        return new BlobServiceClientBuilder()
                .endpoint(endpoint.toString())
                .credential(new StorageSharedKeyCredential(ACCOUNT, KEY))
                .retryOptions(new RequestRetryOptions(RetryPolicyType.FIXED, 1, (Integer) null, null, null, null))
                .httpClient(new JdkHttpClientBuilder()
                        .connectionTimeout(Duration.ofSeconds(5))
                        .responseTimeout(Duration.ofSeconds(30))
                        .build());
    }

    // ---- the drivers

    BlobLeaseLockDriver locks() {
        return locks(client());
    }

    static BlobLeaseLockDriver locks(BlobContainerClient client) {
        return new BlobLeaseLockDriver(blobs(client), new KnownBlobs(), false);
    }

    static Blobs blobs(BlobContainerClient client) {
        return new Blobs(client, "", Duration.ofSeconds(10), Duration.ofSeconds(60), new CallThreads());
    }

    Drivers drivers(boolean snapshots) {
        return drivers(client(), snapshots);
    }

    static Drivers drivers(BlobContainerClient client, boolean snapshots) {
        Blobs blobs = blobs(client);
        KnownBlobs known = new KnownBlobs();
        BlobLeaseLockDriver locks = new BlobLeaseLockDriver(blobs, known, true);
        return new Drivers(locks, new BlobStateStore(blobs, known, locks::observe, snapshots));
    }

    // ---- others

    BlobClient blob(StateKey key) {
        return client().getBlobClient(key.value());
    }

    BlobLeaseClient lease(StateKey key, String id) {
        return new BlobLeaseClientBuilder().blobClient(blob(key)).leaseId(id).buildClient();
    }

    void put(StateKey key, byte[] content) {
        blob(key).getBlockBlobClient().upload(new ByteArrayInputStream(content), content.length, true);
    }

    void put(StateKey key, String content) {
        put(key, content.getBytes(StandardCharsets.UTF_8));
    }

    boolean exists(StateKey key) {
        return Boolean.TRUE.equals(blob(key).exists());
    }

    Map<String, String> metadata(StateKey key) {
        return blob(key).getProperties().getMetadata();
    }

    /** A lock as Terraform takes it: the blob made empty if it is missing, an infinite lease, then the metadata. */
    void lockAsTerraform(StateKey key, LockInfo info) {
        lock(key, info.id(), Base64.getEncoder().encodeToString(LockInfoCodec.encode(info)));
    }

    void lock(StateKey key, String leaseId, String signature) {
        if (!exists(key)) {
            put(key, new byte[0]);
        }
        lease(key, leaseId).acquireLease(INFINITE);
        setMetadata(key, leaseId, Map.of("terraformlockid", signature));
    }

    void setMetadata(StateKey key, @Nullable String leaseId, Map<String, String> changes) {
        Map<String, String> metadata = new HashMap<>(metadata(key));
        metadata.putAll(changes);
        blob(key)
                .setMetadataWithResponse(metadata, new BlobRequestConditions().setLeaseId(leaseId), null, Context.NONE);
    }
}
