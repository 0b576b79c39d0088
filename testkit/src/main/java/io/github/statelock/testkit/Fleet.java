package io.github.statelock.testkit;

import io.github.statelock.StateBackend;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.testkit.ContractProcess.Job;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Processes that share a store and an oracle.
 *
 * @param opener opens the drivers, here and in the children
 * @param store which store, in the opener's words
 * @param oracleFolder where the oracle lives
 * @param lease the lease of the children's locks; zero for none
 */
record Fleet(Class<? extends DriversOpener> opener, String store, Path oracleFolder, Duration lease) {

    SharedExclusionOracle oracle() {
        return new SharedExclusionOracle(oracleFolder);
    }

    ChildJvm start(String key, Job job, int turns, int threads) throws IOException {
        return ChildJvm.start(List.of(
                opener.getName(),
                store,
                key,
                oracleFolder.toString(),
                Long.toString(lease.toMillis()),
                job.name(),
                Integer.toString(turns),
                Integer.toString(threads)));
    }

    /** A backend of this process on the same store, that looks often. */
    StateBackend openBackend() throws ReflectiveOperationException {
        return openBackend(opener, store);
    }

    static StateBackend openBackend(Class<?> opener, String store) throws ReflectiveOperationException {
        DriversOpener instance = (DriversOpener) opener.getConstructor().newInstance();
        BackendContract.Drivers drivers = instance.open(store);
        EngineOptions options = EngineOptions.builder()
                .poll(Duration.ofMillis(10), Duration.ofMillis(100))
                .build();
        return new DriverBackend(drivers.locks(), drivers.states(), options) {};
    }
}
