package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;

/** One bucket and one table on the test servers, and what Terraform would write there. */
final class S3TestStore {

    static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private static final String NAME = "statelock-test-" + UUID.randomUUID();

    final S3Client s3;
    final DynamoDbClient dynamoDb;
    final String bucket;
    final String table;

    private S3TestStore(S3Client s3, DynamoDbClient dynamoDb, String bucket, String table) {
        this.s3 = s3;
        this.dynamoDb = dynamoDb;
        this.bucket = bucket;
        this.table = table;
    }

    private static final class Shared {
        static final S3TestStore STORE = create();

        private static S3TestStore create() {
            S3TestStore store =
                    at(TestServers.s3().uri(), TestServers.dynamoDb().uri());
            store.s3.createBucket(bucket -> bucket.bucket(NAME));
            LockTable.create(store.dynamoDb, NAME);
            warm(store);
            return store;
        }
    }

    /** The first requests of a JVM load classes for seconds, longer than the deadlines of some tests. */
    private static void warm(S3TestStore store) {
        StateKey key = StateKey.of("warm");
        Drivers drivers = store.drivers(S3LockMode.BOTH);
        if (drivers.locks().tryAcquire(TestLocks.lasting(drivers.locks(), key))
                instanceof AcquireOutcome.Acquired acquired) {
            drivers.locks().release(acquired.lock());
        }
        drivers.states().read(key);
    }

    /** The store of this JVM. */
    static S3TestStore shared() {
        return Shared.STORE;
    }

    /** The same bucket and table by other ways to the servers. */
    static S3TestStore at(URI s3, URI dynamoDb) {
        return new S3TestStore(s3(s3), dynamoDb(dynamoDb), NAME, NAME);
    }

    static S3Client s3(URI endpoint) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    static DynamoDbClient dynamoDb(URI endpoint) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    /** A backend in that mode; with a table unless the mode needs none. */
    S3Backend.Builder builder(S3LockMode mode) {
        S3Backend.Builder builder =
                S3Backend.builder(bucket).s3Client(s3).lockMode(mode).verifyConditionalWrites(false);
        return mode == S3LockMode.LOCK_FILE
                ? builder
                : builder.dynamoDbClient(dynamoDb).lockTable(table);
    }

    Drivers drivers(S3LockMode mode) {
        return drivers(builder(mode));
    }

    static Drivers drivers(S3Backend.Builder builder) {
        S3Opening opened = S3Opening.open(builder, EngineOptions.builder().build());
        return new Drivers(opened.locks(), opened.states());
    }

    // ---- by hand, as others write

    void putObject(String key, String content) {
        s3.putObject(
                request -> request.bucket(bucket).key(key).contentType("application/json"),
                RequestBody.fromString(content));
    }

    String object(String key) {
        return s3.getObjectAsBytes(request -> request.bucket(bucket).key(key)).asUtf8String();
    }

    void putItem(String lockId, String attribute, String value) {
        dynamoDb.putItem(request -> request.tableName(table)
                .item(Map.of("LockID", AttributeValue.fromS(lockId), attribute, AttributeValue.fromS(value))));
    }

    Map<String, AttributeValue> item(String lockId) {
        return dynamoDb.getItem(request -> request.tableName(table)
                        .consistentRead(true)
                        .key(Map.of("LockID", AttributeValue.fromS(lockId))))
                .item();
    }

    AttributeValue attribute(String lockId, String name) {
        return Objects.requireNonNull(item(lockId).get(name), name);
    }

    /** A record of Terraform's in the halves that Terraform writes in that mode. */
    void putForeignLock(S3LockMode mode, StateKey key, LockInfo info) {
        putRecord(mode, key, new String(LockInfoCodec.encode(info), StandardCharsets.UTF_8));
    }

    void putRecord(S3LockMode mode, StateKey key, String record) {
        if (mode != S3LockMode.DYNAMODB) {
            putObject(key.value() + ".tflock", record);
        }
        if (mode != S3LockMode.LOCK_FILE) {
            putItem(bucket + "/" + key.value(), "Info", record);
        }
    }
}
