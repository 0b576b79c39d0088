package io.github.statelock.s3;

/** Several processes, locked in mode DYNAMODB. */
class DynamoDbManyProcessesContractTest extends S3ManyProcesses {

    DynamoDbManyProcessesContractTest() {
        super(S3LockMode.DYNAMODB);
    }
}
