package io.github.statelock.gcs;

import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.DriversOpener;
import java.net.URI;

/** Opens the drivers in another JVM: the server's address and the bucket, separated by a space. */
public final class GcsOpener implements DriversOpener {

    @Override
    public Drivers open(String store) {
        String[] parts = store.split(" ", -1);
        Gcs gcs = new Gcs(URI.create(parts[0]), parts[1]);
        return new Drivers(gcs.lockDriver(), gcs.stateDriver(false));
    }
}
