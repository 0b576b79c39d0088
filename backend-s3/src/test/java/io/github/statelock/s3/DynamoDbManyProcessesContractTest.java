package io.github.statelock.s3;

import org.junit.jupiter.api.Tag;

/** Several processes, locked in mode DYNAMODB. */
@Tag("real-time")
class DynamoDbManyProcessesContractTest extends S3ManyProcesses {

    DynamoDbManyProcessesContractTest() {
        super(S3LockMode.DYNAMODB);
    }
}
