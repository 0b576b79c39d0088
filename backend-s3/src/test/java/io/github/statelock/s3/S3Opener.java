package io.github.statelock.s3;

import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.DriversOpener;
import java.net.URI;

/** Opens the drivers in another JVM: the mode, the two endpoints and the name of bucket and table, separated by spaces. */
public final class S3Opener implements DriversOpener {

    @Override
    public Drivers open(String store) {
        String[] parts = store.split(" ", -1);
        return S3TestStore.drivers(S3Backend.builder(parts[3])
                .s3Client(S3TestStore.s3(URI.create(parts[1])))
                .dynamoDbClient(S3TestStore.dynamoDb(URI.create(parts[2])))
                .lockTable(parts[3])
                .lockMode(S3LockMode.valueOf(parts[0]))
                .verifyConditionalWrites(false));
    }
}
