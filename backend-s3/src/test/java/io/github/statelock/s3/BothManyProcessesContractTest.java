package io.github.statelock.s3;

import org.junit.jupiter.api.Tag;

/** Several processes, locked in mode BOTH. */
@Tag("real-time")
class BothManyProcessesContractTest extends S3ManyProcesses {

    BothManyProcessesContractTest() {
        super(S3LockMode.BOTH);
    }
}
