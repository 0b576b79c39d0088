package io.github.statelock.testkit;

import io.github.statelock.local.LocalStores;
import java.nio.file.Path;

/** Opens a folder in a child process. */
public final class FolderOpener implements DriversOpener {

    @Override
    public BackendContract.Drivers open(String store) {
        return new LocalStores.Files(Path.of(store)).open();
    }

    /** Opens it for locks that name no process. */
    public static final class WithoutProcesses implements DriversOpener {

        @Override
        public BackendContract.Drivers open(String store) {
            return new LocalStores.Files(Path.of(store)).openWithoutProcesses();
        }
    }
}
