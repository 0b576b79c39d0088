package io.github.statelock.testkit;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The servers that backends are tested against. Each is looked for in this order and started at most once per JVM:
 *
 * <ol>
 *   <li>an endpoint named in the environment: {@code STATELOCK_TEST_S3_ENDPOINT}, {@code STATELOCK_TEST_DYNAMODB_ENDPOINT},
 *       {@code STATELOCK_TEST_AZURE_ENDPOINT}, {@code STATELOCK_TEST_GCS_ENDPOINT};
 *   <li>Docker, where Testcontainers is on the class path and an engine answers;
 *   <li>a local process on a free loopback port, which ends with this JVM, even if this JVM is killed. Its output is in
 *       {@code target/test-servers}.
 * </ol>
 *
 * <p>The system property {@code statelock.test.servers} restricts that: {@code endpoint}, {@code docker} or {@code process}
 * in place of {@code auto}. Where nothing can be had, the test is aborted with a message that says what to install; with
 * {@code CI=true} in the environment it fails instead. A server that can be had but does not start is always a failure.
 *
 * <p>All methods may be called from any number of threads.
 */
public final class TestServers {

    private static final Map<ServerKind, CompletableFuture<TestServer>> SERVERS = new ConcurrentHashMap<>();

    private TestServers() {}

    /**
     * Returns a DynamoDB.
     *
     * @return DynamoDB Local, unless another was named; any credentials will do
     */
    public static TestServer dynamoDb() {
        return get(ServerKind.DYNAMODB);
    }

    /**
     * Returns an S3 whose conditional writes are atomic. Don't rely on its versioning.
     *
     * @return S3Mock with one request thread, unless another was named; any credentials will do, buckets in the path
     */
    public static TestServer s3() {
        return get(ServerKind.S3);
    }

    /**
     * Returns an S3 that keeps old versions of objects. Don't rely on its {@code If-Match}, which is not atomic.
     *
     * @return S3Proxy, unless another was named; any credentials will do, buckets in the path
     */
    public static TestServer s3WithVersioning() {
        return get(ServerKind.S3_VERSIONING);
    }

    /**
     * Returns an Azure Blob Storage. It has leases and snapshots, but no blob versions.
     *
     * @return Azurite with its well-known account and key, unless another was named
     */
    public static TestServer azureBlob() {
        return get(ServerKind.AZURE);
    }

    /**
     * Returns a Google Cloud Storage that honours conditions on inserts, patches and deletes, and counts metagenerations. It
     * ignores conditions on reads.
     *
     * @return gcsemulator, unless another was named; no credentials
     */
    public static TestServer gcs() {
        return get(ServerKind.GCS);
    }

    /**
     * Returns a second, independent Google Cloud Storage. It honours conditions on inserts only: what depends on a conditional
     * patch or delete can't be tested against it.
     *
     * @return fake-gcs-server, unless another was named; no credentials
     */
    public static TestServer gcsSecond() {
        return get(ServerKind.GCS_SECOND);
    }

    private static TestServer get(ServerKind kind) {
        CompletableFuture<TestServer> mine = new CompletableFuture<>();
        CompletableFuture<TestServer> first = SERVERS.putIfAbsent(kind, mine);
        if (first == null) {
            mine.completeAsync(() -> ServerResolution.ofThisJvm().resolve(kind), Runnable::run);
            first = mine;
        }
        return ServerResolution.orThrow(first);
    }
}
