package io.github.statelock.testkit;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Several processes on one folder. */
@Tag("real-time")
class FileManyProcessesContractTest extends ManyProcessesContract {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @Override
    protected Class<? extends DriversOpener> opener() {
        return FolderOpener.class;
    }

    @Override
    protected String store() {
        return folder.toString();
    }
}
