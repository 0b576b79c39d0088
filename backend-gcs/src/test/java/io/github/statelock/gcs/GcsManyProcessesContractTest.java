package io.github.statelock.gcs;

import io.github.statelock.testkit.DriversOpener;
import io.github.statelock.testkit.ManyProcessesContract;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** Four JVMs on one lock object. The engine's pace of changes is not that of the service here: the emulator has no limit. */
@Tag("real-time")
class GcsManyProcessesContractTest extends ManyProcessesContract {

    private final Gcs gcs = Gcs.main();

    @Override
    protected Class<? extends DriversOpener> opener() {
        return GcsOpener.class;
    }

    @Override
    protected String store() {
        return gcs.server() + " " + gcs.bucket();
    }

    @Override
    protected Duration lease() {
        return Duration.ofSeconds(10);
    }

    @Override
    protected int turns() {
        return 10;
    }
}
