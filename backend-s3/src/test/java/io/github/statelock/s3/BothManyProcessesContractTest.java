package io.github.statelock.s3;

/** Several processes, locked in mode BOTH. */
class BothManyProcessesContractTest extends S3ManyProcesses {

    BothManyProcessesContractTest() {
        super(S3LockMode.BOTH);
    }
}
