package io.github.statelock.local;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.Remedy;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The states of the tools' {@code local} backend. A version is the hash of the content: equal bytes are the same version. As the
 * tools do it, a file is changed where it is, under its OS lock, after its content was copied to {@code NAME.backup}.
 */
final class TerraformFolderStates implements StateDriver {

    private final TerraformFolder folder;
    private final int maxBytes;

    TerraformFolderStates(TerraformFolder folder, int maxBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        TerraformFile file = folder.file(key);
        byte[] content = folder.io(() -> file.inJvm(() -> {
            requireSize(file);
            return file.content(maxBytes);
        }));
        if (TerraformFile.isHalfWritten(content)) {
            throw new StateCorruptException(
                    "The state " + file.path()
                            + " is half written: a writer was stopped, or is at work. What it was before" + " is in "
                            + file.backup() + ".",
                    version(content),
                    List.of(new Remedy.Overwrite(
                            key, "If nobody is writing, write that, or a copy that you trust, over it with")),
                    null);
        }
        return version(content).map(version -> new StoredState(State.ofOwned(key, version, content), Optional.empty()));
    }

    private void requireSize(TerraformFile file) throws IOException {
        if (Files.exists(file.path()) && Files.size(file.path()) > maxBytes) {
            throw new BackendMisconfiguredException(
                    "The state " + file.path() + " has more than " + maxBytes + " bytes (maxStateBytes).", null);
        }
    }

    private static Optional<StateVersion> version(byte[] content) {
        return content.length == 0
                ? Optional.empty()
                : Optional.of(new StateVersion(Hashes.hex(Hashes.sha256().digest(content))));
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        return change(write);
    }

    /** Leaves an empty file, which is no state: see {@link TerraformFile}. */
    @Override
    public WriteOutcome delete(StateWrite delete) {
        TerraformFile file = folder.file(delete.key());
        boolean absent = !Files.exists(file.path());
        return absent && Conditions.hold(delete.condition(), Optional.empty())
                ? new WriteOutcome.Deleted()
                : change(delete);
    }

    private WriteOutcome change(StateWrite change) {
        TerraformFile file = folder.file(change.key());
        try {
            return folder.io(() -> file.inJvm(() -> {
                Optional<HeldFiles.Held> ours = file.held();
                requireLock(change, file, ours);
                if (ours.isPresent()) {
                    return replace(change, file, ours.get().channel());
                }
                try (FileChannel channel = file.openLocked()
                        .orElseThrow(() -> new LockHeldException(file.holder(), Duration.ZERO, true))
                        .channel()) {
                    return replace(change, file, channel);
                }
            }));
        } catch (UncheckedIOException e) {
            return new WriteOutcome.Unknown(e);
        }
    }

    private static void requireLock(StateWrite change, TerraformFile file, Optional<HeldFiles.Held> ours) {
        Optional<String> named = change.lockId();
        boolean same = ours.map(lock -> lock.info().id()).equals(named);
        if (named.isPresent() && !same) {
            throw new LockLostException(change.key(), named.get(), "this process does not hold its lock on the file");
        }
        if (ours.isPresent() && !same) {
            throw new LockHeldException(file.observed(Optional.of(ours.get().info())), Duration.ZERO, true);
        }
    }

    private WriteOutcome replace(StateWrite change, TerraformFile file, FileChannel channel) throws IOException {
        byte[] old = TerraformFile.read(channel, maxBytes);
        if (!Conditions.hold(change.condition(), version(old))) {
            return new WriteOutcome.Refused();
        }
        byte[] next = change.content();
        // What a writer that was stopped left is no state: its backup is the only good copy.
        if (old.length > 0 && !TerraformFile.isHalfWritten(old) && !Arrays.equals(old, next)) {
            writeBackup(file, old);
        }
        try {
            TerraformFile.write(channel, next);
            FileOps.system().syncFolder(file.path().resolveSibling("."));
        } catch (IOException e) {
            restore(channel, old, e);
            throw e;
        }
        return version(next).<WriteOutcome>map(WriteOutcome.Written::new).orElseGet(WriteOutcome.Deleted::new);
    }

    /** Whom the state's mode keeps from reading it may not read the copy. */
    private static void writeBackup(TerraformFile file, byte[] content) throws IOException {
        Path backup = file.backup();
        Files.deleteIfExists(backup);
        try (FileChannel channel = FileChannel.open(
                backup, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FileOps.modeOf(file.path()))) {
            TerraformFile.write(channel, content);
        }
    }

    /** After a full disk, mostly: the old content has its place still. */
    private static void restore(FileChannel channel, byte[] old, IOException failure) {
        try {
            TerraformFile.write(channel, old);
        } catch (IOException e) {
            failure.addSuppressed(e);
            throw new UncheckedIOException("The state is half written; what it was before is in its .backup", failure);
        }
    }

    @Override
    public List<StateKey> list(String prefix) {
        return folder.io(() -> folder.states(prefix));
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return folder.io(() -> folder.leftOut(prefix));
    }

    @Override
    public boolean keepsHistory() {
        return false;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        TerraformFile file = folder.file(key);
        Optional<StoredState> newest = read(key);
        return newest.isEmpty()
                ? List.of()
                : List.of(new StateStore.Revision(
                        newest.get().state().version(),
                        folder.io(() -> Files.getLastModifiedTime(file.path()).toInstant()),
                        newest.get().state().size()));
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return read(key).map(StoredState::state).filter(state -> state.version().equals(version));
    }
}
