package io.github.statelock.cli.interop;

import io.github.statelock.testkit.TestServers;

/** {@code backend "gcs"}. */
class GcsIT extends InteropContract {
    @Override
    SharedStore openStore() {
        return new GcsStore(TestServers.gcs());
    }
}
