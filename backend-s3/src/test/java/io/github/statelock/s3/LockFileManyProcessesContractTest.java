package io.github.statelock.s3;

import org.junit.jupiter.api.Tag;

/** Several processes, locked in mode LOCK_FILE. */
@Tag("real-time")
class LockFileManyProcessesContractTest extends S3ManyProcesses {

    LockFileManyProcessesContractTest() {
        super(S3LockMode.LOCK_FILE);
    }
}
