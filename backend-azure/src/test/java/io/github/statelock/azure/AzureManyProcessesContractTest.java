package io.github.statelock.azure;

import io.github.statelock.testkit.DriversOpener;
import io.github.statelock.testkit.ManyProcessesContract;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** Four JVMs on one blob's lease. */
@Tag("real-time")
class AzureManyProcessesContractTest extends ManyProcessesContract {

    private final TestContainer container = TestContainer.create();

    @Override
    protected Class<? extends DriversOpener> opener() {
        return AzureOpener.class;
    }

    @Override
    protected String store() {
        return TestContainer.endpoint() + " " + container.name();
    }

    @Override
    protected Duration lease() {
        return Duration.ofSeconds(15);
    }

    @Override
    protected int turns() {
        return 10;
    }
}
