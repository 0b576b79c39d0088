package io.github.statelock.consumers;

import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.s3.LockTable;
import io.github.statelock.testkit.TestServers;
import java.util.UUID;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Empty stores of the test servers. */
final class CloudStores {

    private static final StaticCredentialsProvider AWS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private CloudStores() {}

    static String s3() {
        String name = newName();
        try (S3Client s3 = S3Client.builder()
                        .endpointOverride(TestServers.s3().uri())
                        .forcePathStyle(true)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(AWS)
                        .build();
                DynamoDbClient dynamoDb = DynamoDbClient.builder()
                        .endpointOverride(TestServers.dynamoDb().uri())
                        .region(Region.US_EAST_1)
                        .credentialsProvider(AWS)
                        .build()) {
            s3.createBucket(request -> request.bucket(name));
            LockTable.create(dynamoDb, name);
        }
        return "s3://" + name + "?region=us-east-1&dynamodb_table=" + name + "&endpoint="
                + TestServers.s3().uri() + "&dynamodb_endpoint="
                + TestServers.dynamoDb().uri();
    }

    static String azure() {
        String name = newName();
        String endpoint = TestServers.azureBlob().uri().toString();
        new BlobServiceClientBuilder()
                .endpoint(endpoint)
                .credential(new StorageSharedKeyCredential("devstoreaccount1", Program.AZURE_KEY))
                .buildClient()
                .createBlobContainer(name);
        return "azblob://" + name + "?endpoint=" + endpoint;
    }

    static String gcs() throws Exception {
        String name = newName();
        String endpoint = TestServers.gcs().uri().toString();
        try (var client = StorageOptions.http()
                .setHost(endpoint)
                .setCredentials(NoCredentials.getInstance())
                .setProjectId("test")
                .build()
                .getService()) {
            client.create(BucketInfo.of(name));
        }
        return "gs://" + name + "?endpoint=" + endpoint;
    }

    private static String newName() {
        return "consumer-" + UUID.randomUUID();
    }
}
