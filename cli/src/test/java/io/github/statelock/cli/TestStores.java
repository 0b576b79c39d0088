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

/** Empty stores on the test servers, each with a name of its own. */
final class TestStores {

    private static final StaticCredentialsProvider AWS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private TestStores() {}

    static String newName() {
        return "cli-" + UUID.randomUUID();
    }

    static S3Client s3(URI server) {
        return S3Client.builder()
                .endpointOverride(server)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(AWS)
                .build();
    }

    static DynamoDbClient dynamoDb() {
        return DynamoDbClient.builder()
                .endpointOverride(TestServers.dynamoDb().uri())
                .region(Region.US_EAST_1)
                .credentialsProvider(AWS)
                .build();
    }

    /** A bucket and a table of that name. */
    static URI s3WithTable(String name) {
        try (S3Client s3 = s3(TestServers.s3().uri());
                DynamoDbClient dynamoDb = dynamoDb()) {
            s3.createBucket(request -> request.bucket(name));
            LockTable.create(dynamoDb, name);
        }
        return s3WithTable(name, TestServers.s3().uri());
    }

    static URI s3WithTable(String name, URI server) {
        return URI.create("s3://" + name + "/states?region=us-east-1&dynamodb_table=" + name + "&endpoint=" + server
                + "&dynamodb_endpoint=" + TestServers.dynamoDb().uri());
    }

    /** A bucket that locks by files. */
    static URI s3WithLockFiles(String name) {
        try (S3Client s3 = s3(TestServers.s3().uri())) {
            s3.createBucket(request -> request.bucket(name));
        }
        return URI.create("s3://" + name + "?region=us-east-1&endpoint="
                + TestServers.s3().uri());
    }

    static BlobContainerClient azureContainer(String name) {
        return new BlobServiceClientBuilder()
                .endpoint(TestServers.azureBlob().uri().toString())
                .credential(new StorageSharedKeyCredential("devstoreaccount1", System.getenv("AZURE_STORAGE_KEY")))
                .buildClient()
                .createBlobContainerIfNotExists(name);
    }

    static URI azure(String name) {
        azureContainer(name);
        return URI.create("azblob://" + name + "/states?endpoint="
                + TestServers.azureBlob().uri());
    }

    static Storage gcsClient(URI server) {
        return StorageOptions.http()
                .setHost(server.toString())
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test")
                .build()
                .getService();
    }

    static URI gcs(String name, URI server) {
        gcsClient(server).create(BucketInfo.of(name));
        return URI.create("gs://" + name + "/states?endpoint=" + server);
    }
}
