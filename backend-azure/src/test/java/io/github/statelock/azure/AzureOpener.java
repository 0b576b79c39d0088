package io.github.statelock.azure;

import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.DriversOpener;
import java.net.URI;

/** Opens the drivers in another JVM: the server's address and the container, separated by a space. */
public final class AzureOpener implements DriversOpener {

    @Override
    public Drivers open(String store) {
        String[] parts = store.split(" ", -1);
        return TestContainer.drivers(TestContainer.client(URI.create(parts[0]), parts[1]), false);
    }
}
