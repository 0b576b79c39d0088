package io.github.statelock.s3;

/** Several processes, locked in mode LOCK_FILE. */
class LockFileManyProcessesContractTest extends S3ManyProcesses {

    LockFileManyProcessesContractTest() {
        super(S3LockMode.LOCK_FILE);
    }
}
