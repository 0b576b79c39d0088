package io.github.statelock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.s3.LockTable;
import io.github.statelock.testkit.TestServers;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

@Tag("real-time")
class S3ExampleTest {

    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));

    private static S3Client s3() {
        return S3Client.builder()
                .endpointOverride(TestServers.s3().uri())
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    private static DynamoDbClient dynamoDb() {
        return DynamoDbClient.builder()
                .endpointOverride(TestServers.dynamoDb().uri())
                .region(Region.US_EAST_1)
                .credentialsProvider(CREDENTIALS)
                .build();
    }

    private static URI uri(String name) {
        return URI.create("s3://" + name + "/deployments?region=us-east-1&dynamodb_table=" + name + "&endpoint="
                + TestServers.s3().uri() + "&dynamodb_endpoint="
                + TestServers.dynamoDb().uri());
    }

    @Test
    void theWholeStoryHappensOnS3() throws Exception {
        String name = "story-" + UUID.randomUUID();
        try (S3Client s3 = s3();
                DynamoDbClient dynamoDb = dynamoDb()) {
            s3.createBucket(request -> request.bucket(name));
            LockTable.create(dynamoDb, name);
        }
        assertThat(Quickstart.run("--store", uri(name).toString())).isZero();
    }

    @Test
    void theCallersClientsAndTheUriOpenTheSamePlace() throws Exception {
        String name = "example-" + UUID.randomUUID();
        try (S3Client s3 = s3();
                DynamoDbClient dynamoDb = dynamoDb()) {
            s3.createBucket(request -> request.bucket(name));
            try (StateBackend backend = S3Example.withClients(s3, dynamoDb, name, name)) {
                S3Example.deploy(backend, "release 1");
            }
            try (StateBackend backend = S3Example.byUri(uri(name))) {
                assertThat(backend.states()
                                .read(StateKey.of("prod/web.tfstate"))
                                .map(State::utf8))
                        .contains("release 1");
                S3Example.deploy(backend, "release 2");
            }
        }
    }
}
