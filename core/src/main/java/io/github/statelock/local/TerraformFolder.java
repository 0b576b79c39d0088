package io.github.statelock.local;

import io.github.statelock.InvalidKeyException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A folder below which the tools' {@code local} backend keeps states. A key is a file's path below it. */
final class TerraformFolder {

    private static final Pattern LOCK = Pattern.compile("\\.(.+)\\.lock\\.info");
    private static final Pattern RESERVED = Pattern.compile("(?:.*/)?(?:\\.[^/]+\\.lock\\.info|[^/]+\\.backup)");
    private static final Pattern LINK = Pattern.compile(".*\\.tfstate(\\.d)?");

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
        return walk((file, attributes) -> isState(file, attributes) ? keyOf(file) : Optional.empty()).stream()
                .filter(key -> key.value().startsWith(prefix))
                .sorted()
                .toList();
    }

    private static boolean isState(Path file, BasicFileAttributes attributes) {
        return attributes.isRegularFile() && file.toString().endsWith(".tfstate") && attributes.size() > 0;
    }

    /** What {@link #states} would list if its name were a key, and links, behind which states may be. */
    List<StateStore.LeftOut> leftOut(String prefix) throws IOException {
        return walk(this::leftOut).stream()
                .filter(left -> left.name().startsWith(prefix))
                .sorted(Comparator.comparing(StateStore.LeftOut::name))
                .toList();
    }

    private Optional<StateStore.LeftOut> leftOut(Path file, BasicFileAttributes attributes) {
        if (attributes.isSymbolicLink() && LINK.matcher(file.toString()).matches()) {
            return Optional.of(new StateStore.LeftOut(nameOf(file), "it is a symbolic link"));
        }
        try {
            if (isState(file, attributes)) {
                StateKey.of(nameOf(file));
            }
            return Optional.empty();
        } catch (InvalidKeyException e) {
            return Optional.of(new StateStore.LeftOut(nameOf(file), String.valueOf(e.getMessage())));
        }
    }

    /** Why the tools would take the file of that key for something else. */
    static Optional<String> reserved(StateKey key) {
        return RESERVED.matcher(key.value()).matches()
                ? Optional.of("files of that name are the tools' lock infos and backups of states")
                : Optional.empty();
    }

    /** The files beside which somebody says that they are locked. */
    List<StateKey> locked(String prefix) throws IOException {
        return walk((file, attributes) -> {
                    Matcher lock = LOCK.matcher(String.valueOf(file.getFileName()));
                    return attributes.isRegularFile() && lock.matches()
                            ? keyOf(file.resolveSibling(lock.group(1)))
                            : Optional.<StateKey>empty();
                })
                .stream()
                .filter(key -> key.value().startsWith(prefix))
                .sorted()
                .toList();
    }

    /** What a file says. */
    @FunctionalInterface
    private interface Choice<T> {
        Optional<T> of(Path file, BasicFileAttributes attributes);
    }

    /** Folders whose names begin with a dot are the tools' own: {@code .terraform} has a file {@code terraform.tfstate} too. */
    private <T> List<T> walk(Choice<T> choice) throws IOException {
        List<T> found = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                boolean hidden = !folder.equals(root)
                        && String.valueOf(folder.getFileName()).startsWith(".");
                return hidden ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                choice.of(file, attributes).ifPresent(found::add);
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
        return found;
    }

    private String nameOf(Path file) {
        StringJoiner name = new StringJoiner("/");
        root.relativize(file).forEach(part -> name.add(part.toString()));
        return name.toString();
    }

    private Optional<StateKey> keyOf(Path file) {
        try {
            return Optional.of(StateKey.of(nameOf(file)));
        } catch (InvalidKeyException e) {
            return Optional.empty();
        }
    }
}
