package io.github.statelock.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The system's file operations with one step before each that may fail or stop everything. */
final class FailingOps implements FileOps {

    /** Called before an operation; throws to make it fail. */
    interface Before {
        void run(String operation, Path file) throws IOException;
    }

    private final FileOps system = FileOps.system();
    private final Before before;

    FailingOps(Before before) {
        this.before = before;
    }

    @Override
    public RawRecord read(Path file, int limit) throws IOException {
        before.run("read", file);
        return system.read(file, limit);
    }

    /** Leaves half of the file behind if it fails, as a full disk does. */
    @Override
    public void create(Path file, byte[] content) throws IOException {
        Files.write(file, Arrays.copyOf(content, content.length / 2));
        before.run("create", file);
        Files.delete(file);
        system.create(file, content);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        before.run("rename", to);
        system.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        before.run("delete", file);
        system.delete(file);
    }

    @Override
    public boolean makeFolder(Path folder) throws IOException {
        before.run("makeFolder", folder);
        return system.makeFolder(folder);
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        before.run("syncFolder", folder);
        system.syncFolder(folder);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        before.run("list", folder);
        return system.list(folder);
    }
}
