package io.github.statelock.local;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import java.nio.file.Path;
import java.util.Objects;

/**
 * The states of Terraform's and OpenTofu's own {@code local} backend, where they lie: {@code tfdir:///path}. For reading, copying
 * and locking such states beside the tools; a program that wants a folder for its states takes {@link FileBackend}.
 *
 * <p>A key is the path of a state file below the folder: {@code terraform.tfstate},
 * {@code terraform.tfstate.d/dev/terraform.tfstate}. All files named {@code *.tfstate} are listed, but for those in folders whose
 * names begin with a dot. Another file can be named, but not {@code NAME.backup} and {@code .NAME.lock.info}. Links are not followed.
 *
 * <p>Locks are the tools' own: an OS lock on the state file, and {@code .NAME.lock.info} beside it, which names the holder. Such a
 * lock ends with its process. So there are no locks without lease, none is taken over or forced, and there are no fencing tokens.
 * Every lease is taken, and is as long as the process lives.
 *
 * <p>A state is written where it is, under its lock, and what it was before is copied to {@code NAME.backup}: both as the tools do
 * it. A process that is killed in the middle leaves a damaged state and that copy. A state that is deleted leaves an empty file.
 * There is no history.
 *
 * <p>Other code of the same JVM must not open the state files: closing one drops the process's OS lock silently.
 *
 * <p>Safe for use by several threads.
 */
public final class TerraformFolderBackend extends DriverBackend {

    private TerraformFolderBackend(TerraformFolder folder, EngineOptions options) {
        super(
                new TerraformFolderLocks(folder),
                new TerraformFolderStates(folder, (int) options.maxStateBytes()),
                options);
    }

    /**
     * Opens a folder with the defaults.
     *
     * @param folder the folder; made if only its last part is missing
     * @return a backend, to be closed by the caller
     * @throws BackendMisconfiguredException if it is no folder, or on a network file system
     * @throws BackendDeniedException if there is no permission for it
     */
    public static TerraformFolderBackend open(Path folder) {
        return builder(folder).build();
    }

    /**
     * A builder with the defaults.
     *
     * @param folder the folder; made if only its last part is missing
     * @return a new builder
     */
    public static Builder builder(Path folder) {
        return new Builder(folder);
    }

    /** Builds {@link TerraformFolderBackend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        private final Path folder;
        private boolean allowNetworkFileSystem;

        private Builder(Path folder) {
            super(EngineOptions.builder());
            this.folder = Objects.requireNonNull(folder, "folder");
        }

        /**
         * Whether NFS, SMB, FUSE, 9p and the like are taken. Nothing is promised there: such a file system may give one lock to
         * two machines.
         *
         * @param allow by default false
         * @return this builder
         */
        public Builder allowNetworkFileSystem(boolean allow) {
            this.allowNetworkFileSystem = allow;
            return this;
        }

        /**
         * Opens the folder.
         *
         * @return a new backend, to be closed by the caller
         * @throws BackendMisconfiguredException if it is no folder, or on a network file system
         * @throws BackendDeniedException if there is no permission for it
         */
        public TerraformFolderBackend build() {
            Path root = FolderOpening.open(folder, allowNetworkFileSystem, FolderOpening.Types.system());
            return new TerraformFolderBackend(new TerraformFolder(root), engineOptions());
        }
    }
}
