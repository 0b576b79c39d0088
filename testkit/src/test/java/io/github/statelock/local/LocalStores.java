package io.github.statelock.local;

import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.terraform.LockFile;
import io.github.statelock.testkit.BackendContract.Drivers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The drivers of the embedded backends, and what others may write into their stores. */
public final class LocalStores {

    private LocalStores() {}

    /** One store in memory. */
    public static final class Memory {

        private final MemoryRecords records = new MemoryRecords("contract");
        private final MemoryStateDriver states = new MemoryStateDriver();

        /** Drivers of a new process: here all that there is, is the store. */
        public Drivers open() {
            return new Drivers(new LocalLockDriver(records, Processes.unknown()), states);
        }

        /** A lock record past the drivers. */
        public void putForeignLock(StateKey key, LockInfo info) {
            put(records, key, foreign(info));
        }

        /** A record that nobody can read. */
        public void putUnreadableLock(StateKey key) {
            put(records, key, unreadable());
        }
    }

    /** One folder. */
    public static final class Files {

        private final Path root;

        /** A store in that folder. */
        public Files(Path root) {
            this.root = FolderOpening.open(root, false, FolderOpening.Types.system());
        }

        /** Drivers with objects of their own, as another process has. */
        public Drivers open() {
            return new Drivers(
                    new LocalLockDriver(new FileRecords(folder()), ProcProcesses.system()),
                    new FileStateDriver(folder()));
        }

        /** Drivers whose records name no process, so that the lease alone decides whether a holder is dead. */
        public Drivers openWithoutProcesses() {
            return new Drivers(
                    new LocalLockDriver(new FileRecords(folder()), Processes.unknown()), new FileStateDriver(folder()));
        }

        /** A lock record past the drivers. */
        public void putForeignLock(StateKey key, LockInfo info) {
            put(new FileRecords(folder()), key, foreign(info));
        }

        /** A record that nobody can read. */
        public void putUnreadableLock(StateKey key) {
            put(new FileRecords(folder()), key, unreadable());
        }

        private Folder folder() {
            return new Folder(
                    root, FileOps.system(), file -> new FileMutex(file, Duration.ofSeconds(8)), ProcProcesses.system());
        }
    }

    private static byte[] foreign(LockInfo info) {
        return new LockFile(info, Optional.empty()).encode();
    }

    private static byte[] unreadable() {
        return "{\"ID\":".getBytes(StandardCharsets.UTF_8);
    }

    private static void put(Records records, StateKey key, byte[] record) {
        records.update(key, Records.Kind.LOCK, current -> new Change.Put<>(true, record));
    }
}
