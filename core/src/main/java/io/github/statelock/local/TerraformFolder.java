package io.github.statelock.local;

import io.github.statelock.StateKey;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A folder below which the tools' {@code local} backend keeps states. A key is a file's path below it. */
final class TerraformFolder {

    private static final Pattern LOCK = Pattern.compile("\\.(.+)\\.lock\\.info");

    private final Path root;

    /** The root is a real path. */
    TerraformFolder(Path root) {
        this.root = root;
    }

    TerraformFile file(StateKey key) {
        return new TerraformFile(root, key);
    }

    /** Runs file I/O that leaves nothing half done, and names its errors. */
    <T> T io(IoAction<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw FileErrors.of(e, root);
        }
    }

    /** The files that are states by their names: {@code *.tfstate} of at least one byte. */
    List<StateKey> states(String prefix) throws IOException {
        return walk(
                prefix,
                (file, size) ->
                        file.toString().endsWith(".tfstate") && size > 0 ? Optional.of(file) : Optional.empty());
    }

    /** The files beside which somebody says that they are locked. */
    List<StateKey> locked(String prefix) throws IOException {
        return walk(prefix, (file, size) -> {
            Matcher lock = LOCK.matcher(String.valueOf(file.getFileName()));
            return lock.matches() ? Optional.of(file.resolveSibling(lock.group(1))) : Optional.empty();
        });
    }

    /** The state that a file is about. */
    @FunctionalInterface
    private interface Choice {
        Optional<Path> of(Path file, long size);
    }

    /** Folders whose names begin with a dot are the tools' own: {@code .terraform} has a file {@code terraform.tfstate} too. */
    private List<StateKey> walk(String prefix, Choice choice) throws IOException {
        TreeSet<StateKey> found = new TreeSet<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean hidden = !folder.equals(root)
                        && String.valueOf(folder.getFileName()).startsWith(".");
                return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()) {
                    choice.of(file, attributes.size())
                            .flatMap(TerraformFolder.this::keyOf)
                            .filter(key -> key.value().startsWith(prefix))
                            .ifPresent(found::add);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && !file.equals(root)) {
                    return FileVisitResult.CONTINUE; // removed meanwhile
                }
                throw e;
            }
        });
        return List.copyOf(found);
    }

    private Optional<StateKey> keyOf(Path file) {
        try {
            return Optional.of(StateKey.of(root.relativize(file).toString().replace('\\', '/')));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
