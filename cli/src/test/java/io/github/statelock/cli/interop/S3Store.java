package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.s3.LockTable;
import io.github.statelock.testkit.TestServers;
import java.math.BigInteger;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of its own, and a table of its own where locks are in one. */
final class S3Store implements SharedStore {

    private static final String KEY = "network.tfstate";
    private static final StaticCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private final boolean table;
    private final boolean lockFile;
    private final String name;
    private final URI s3 = TestServers.s3().uri();
    private final URI dynamoDb = TestServers.dynamoDb().uri();
    private final S3Client bucket = S3Client.builder()
            .endpointOverride(s3)
            .region(Region.US_EAST_1)
            .credentialsProvider(ANYBODY)
            .forcePathStyle(true)
            .build();
    private final DynamoDbClient items = DynamoDbClient.builder()
            .endpointOverride(dynamoDb)
            .region(Region.US_EAST_1)
            .credentialsProvider(ANYBODY)
            .build();

    private S3Store(boolean table, boolean lockFile, String name) {
        this.table = table;
        this.lockFile = lockFile;
        this.name = name;
    }

    private static S3Store make(boolean table, boolean lockFile) {
        S3Store store = new S3Store(table, lockFile, "interop-" + UUID.randomUUID());
        store.bucket.createBucket(request -> request.bucket(store.name));
        LockTable.create(store.items, store.name);
        return store;
    }

    static S3Store withTable() {
        return make(true, false);
    }

    static S3Store withLockFile() {
        return make(false, true);
    }

    static S3Store withBoth() {
        return make(true, true);
    }

    /** The same bucket and table, for somebody who locks otherwise. */
    S3Store seenBy(boolean otherTable, boolean otherLockFile) {
        return new S3Store(otherTable, otherLockFile, name);
    }

    @Override
    public String backend() {
        return "s3";
    }

    @Override
    public Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("bucket", name);
        arguments.put("key", "prod/" + KEY);
        arguments.put("region", "us-east-1");
        arguments.put("endpoints", Map.of("s3", s3, "dynamodb", dynamoDb));
        arguments.put("use_path_style", true);
        arguments.put("skip_credentials_validation", true);
        arguments.put("skip_region_validation", true);
        arguments.put("skip_requesting_account_id", true);
        arguments.put("skip_metadata_api_check", true);
        if (table) {
            arguments.put("dynamodb_table", name);
        }
        if (lockFile) {
            arguments.put("use_lockfile", true);
        }
        return arguments;
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("AWS_ACCESS_KEY_ID", "test", "AWS_SECRET_ACCESS_KEY", "test");
    }

    @Override
    public String uri() {
        return "s3://" + name + "/prod?region=us-east-1&endpoint=" + s3
                + (table ? "&dynamodb_table=" + name + "&dynamodb_endpoint=" + dynamoDb : "")
                + (lockFile ? "&use_lockfile=true" : "");
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String lease() {
        return "5s";
    }

    @Override
    public List<String> residue() {
        List<String> found = new ArrayList<>();
        bucket.listObjectsV2(request -> request.bucket(name)).contents().stream()
                .map(S3Object::key)
                .filter(key -> !key.equals("prod/" + KEY))
                .forEach(found::add);
        items.scan(request -> request.tableName(name)).items().stream()
                .map(Object::toString)
                .filter(item -> !item.contains(digestId()))
                .forEach(found::add);
        return found;
    }

    private String digestId() {
        return name + "/prod/" + KEY + "-md5";
    }

    @Override
    public void checkDigest() {
        if (!table) {
            return;
        }
        byte[] state = bucket.getObjectAsBytes(request -> request.bucket(name).key("prod/" + KEY))
                .asByteArray();
        Map<String, AttributeValue> digest = items.getItem(
                        request -> request.tableName(name).key(Map.of("LockID", AttributeValue.fromS(digestId()))))
                .item();
        assertThat(digest).containsEntry("Digest", AttributeValue.fromS(md5(state)));
    }

    private static String md5(byte[] state) {
        try {
            return String.format(
                    "%032x", new BigInteger(1, MessageDigest.getInstance("MD5").digest(state)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        bucket.close();
        items.close();
    }
}
