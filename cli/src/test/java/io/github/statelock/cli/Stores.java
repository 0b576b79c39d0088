package io.github.statelock.cli;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.s3.LockTable;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Fresh, empty stores on the test servers, by their URIs. */
public final class Stores {

    private static final StaticCredentialsProvider AWS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private Stores() {}

    /** A bucket with a DynamoDB table of the same name. */
    public static String s3WithTable() {
        String name = newBucket();
        try (DynamoDbClient dynamoDb = dynamoDb()) {
            LockTable.create(dynamoDb, name);
        }
        return s3(name) + "&dynamodb_table=" + name + "&dynamodb_endpoint="
                + TestServers.dynamoDb().uri();
    }

    /** A bucket with lock files. */
    public static String s3WithLockFiles() {
        return s3(newBucket()) + "&use_lockfile=true";
    }

    private static String s3(String bucket) {
        return "s3://" + bucket + "/states?region=us-east-1&endpoint="
                + TestServers.s3().uri();
    }

    private static String newBucket() {
        String name = "cli-" + UUID.randomUUID();
        try (S3Client s3 = s3()) {
            s3.createBucket(request -> request.bucket(name));
        }
        return name;
    }

    public static S3Client s3() {
        return s3(TestServers.s3().uri());
    }

    public static S3Client s3(URI server) {
        return S3Client.builder()
                .endpointOverride(server)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(AWS)
                .build();
    }

    public static DynamoDbClient dynamoDb() {
        return DynamoDbClient.builder()
                .endpointOverride(TestServers.dynamoDb().uri())
                .region(Region.US_EAST_1)
                .credentialsProvider(AWS)
                .build();
    }

    /** A container of the Azure emulator's; its key is in the environment. */
    public static String azure() {
        String name = "cli-" + UUID.randomUUID();
        azureContainer(name).create();
        return "azblob://" + name + "/states?endpoint="
                + TestServers.azureBlob().uri();
    }

    public static BlobContainerClient azureContainer(String name) {
        return new BlobServiceClientBuilder()
                .endpoint(TestServers.azureBlob().uri().toString())
                .credential(new StorageSharedKeyCredential("devstoreaccount1", System.getenv("AZURE_STORAGE_KEY")))
                .buildClient()
                .getBlobContainerClient(name);
    }

    /** A bucket of the Google Cloud Storage emulator's. */
    public static String gcs() {
        return gcs(TestServers.gcs().uri());
    }

    public static String gcs(URI server) {
        String name = "cli-" + UUID.randomUUID();
        gcsClient(server).create(BucketInfo.of(name));
        return "gs://" + name + "/states?endpoint=" + server;
    }

    public static Storage gcsClient(URI server) {
        return StorageOptions.http()
                .setHost(server.toString())
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test")
                .build()
                .getService();
    }

    /** The bucket or container that a URI names. */
    public static String bucket(String store) {
        return URI.create(store).getRawAuthority();
    }
}
