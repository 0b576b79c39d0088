package io.github.statelock.examples;

import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.s3.LockTable;
import io.github.statelock.s3.S3Backend;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** States in S3, locked by DynamoDB: opened with the program's own clients, and by URI. */
final class S3Example {

    private S3Example() {}

    /** Opens the backend with clients that the program has anyway; they stay open when the backend is closed. */
    static StateBackend withClients(S3Client s3, DynamoDbClient dynamoDb, String bucket, String table) {
        // tag::clients[]
        LockTable.create(dynamoDb, table); // once; a table that is there is taken as it is
        StateBackend backend = S3Backend.builder(bucket)
                .prefix("deployments")
                .s3Client(s3)
                .dynamoDbClient(dynamoDb)
                .lockTable(table)
                .build();
        // end::clients[]
        return backend;
    }

    /** Opens the same place by URI, with clients that the backend makes and closes: s3://bucket/deployments?dynamodb_table=… */
    static StateBackend byUri(URI uri) {
        return StateBackends.open(uri);
    }

    /** Changes a state under its lock. */
    static void deploy(StateBackend backend, String release) throws InterruptedException {
        // tag::deploy[]
        try (LockedState state = backend.lock("prod/web.tfstate", LockOptions.operation("deploy"))) {
            state.read();
            state.write(release.getBytes(StandardCharsets.UTF_8));
        }
        // end::deploy[]
    }
}
