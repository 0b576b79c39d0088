package io.github.statelock.local;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.Inspectable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * States and locks in a folder that the processes of one machine share: {@code file:///path}. Leases and takeover are as in
 * the cloud; besides, a leased lock whose process is provably gone is free at once.
 *
 * <p>The folder must be on a local file system. Processes in several containers may share it if they share the kernel.
 * Files are made with mode 0600, folders with 0700, and symbolic links below the folder are not followed. The layout:
 *
 * <pre>
 * mutex/00 … 3f       empty; the OS lock on one of them is held while a key is changed. Never removed
 * tmp/                files on their way; what killed writers left is removed by the next
 * keys/&lt;name&gt;/        one folder for each key. Lower-case ASCII letters, digits, "-", "_" and "." stand for
 *                     themselves in its name, every other byte is %xx; a long name ends in "~" and a hash
 *   key               the key as text, where the name is hashed
 *   lock              the lock record, as Terraform writes lock files, with the lease
 *   fence             the last fencing token drawn, in decimal
 *   state             which versions there are, and which is current
 *   state.&lt;version&gt;   the content of one version as it is, numbered upwards; the last 10 are kept
 *   damaged-*         a damaged "state" that was overwritten or deleted, and the contents that were beside it
 * </pre>
 *
 * <p>Every file is written aside, synced, and renamed to its place, so that a killed writer or a full disk leaves the old
 * one readable. A mutex is a lock within the JVM, shared by all class loaders through the system property
 * {@code io.github.statelock.mutexes}, and then an OS lock on the file. Other code of the same JVM must not open the
 * files in {@code mutex}: closing such a file drops the process's OS lock silently.
 *
 * <p>Safe for use by several threads.
 */
public final class FileBackend extends DriverBackend implements Inspectable {

    private final FileInspection inspection;
    private final FileStateDriver states;

    private FileBackend(
            LocalLockDriver locks, FileStateDriver states, FileInspection inspection, EngineOptions options) {
        super(locks, states, options);
        this.states = states;
        this.inspection = inspection;
    }

    @Override
    public List<Finding> inspect() {
        return inspection.findings();
    }

    @Override
    public List<String> purge(StateKey key) {
        return inspection.purge(key);
    }

    @Override
    public Map<StateKey, StateCorruptException> damaged(String prefix) {
        return states.damaged(prefix);
    }

    /**
     * Opens a folder with the defaults.
     *
     * @param folder the folder; made if only its last part is missing
     * @return a backend, to be closed by the caller
     * @throws BackendMisconfiguredException if it is not a folder, is on a network file system, or has states of the tools'
     *     own {@code local} backend and none of this library
     * @throws BackendDeniedException if there is no permission for it
     */
    public static FileBackend open(Path folder) {
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

    /** Builds {@link FileBackend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        private final Path folder;
        private boolean allowNetworkFileSystem;

        private Builder(Path folder) {
            super(EngineOptions.builder());
            this.folder = Objects.requireNonNull(folder, "folder");
        }

        /**
         * Whether NFS, SMB, FUSE, 9p and the like are taken. Nothing is promised there: such a file system may give one
         * lock to two machines.
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
         * @throws BackendMisconfiguredException if it is not a folder, is on a network file system, or has states of the tools'
         *     own {@code local} backend and none of this library
         * @throws BackendDeniedException if there is no permission for it
         */
        public FileBackend build() {
            EngineOptions options = engineOptions();
            Path root = FolderOpening.open(folder, allowNetworkFileSystem, FolderOpening.Types.system());
            FolderOpening.refuseStatesOfTools(root, Folder.KEYS, Folder.MUTEX);
            Duration patience = options.callTimeout().multipliedBy(4).dividedBy(5);
            Processes processes = ProcProcesses.system();
            Folder files = new Folder(root, FileOps.system(), file -> new FileMutex(file, patience), processes);
            return new FileBackend(
                    new LocalLockDriver(new FileRecords(files), processes),
                    new FileStateDriver(files),
                    new FileInspection(root, files, FolderOpening.Types.system()),
                    options);
        }
    }
}
