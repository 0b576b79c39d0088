package io.github.statelock.consumers;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * A local repository for Maven that has what this build publishes, and in all else is the user's: its folders are links to the
 * user's, so that nothing is downloaded twice, and what is built here does not get into the user's.
 */
final class LocalRepository {

    private static final Path GROUP = Path.of("io", "github", "statelock");

    private final Path folder;
    private final String version;

    private LocalRepository(Path folder, String version) {
        this.folder = folder;
        this.version = version;
    }

    /** Makes it new in that folder. */
    static LocalRepository create(Path folder, Path users, String version) throws IOException {
        deleteWithoutFollowingLinks(folder);
        Path own = folder;
        Path theirs = users;
        for (Path step : GROUP) {
            Files.createDirectories(own);
            linkAllBut(step, theirs, own);
            own = own.resolve(step);
            theirs = theirs.resolve(step);
        }
        return new LocalRepository(folder, version);
    }

    Path folder() {
        return folder;
    }

    /** Puts a module there, as Maven would: with the pom that is published. */
    void install(Path module, String artifact, String... extensions) throws IOException {
        Path target =
                Files.createDirectories(folder.resolve(GROUP).resolve(artifact).resolve(version));
        String name = artifact + "-" + version;
        Files.copy(module.resolve("target").resolve("flattened-pom.xml"), target.resolve(name + ".pom"));
        for (String extension : extensions) {
            Files.copy(module.resolve("target").resolve(name + extension), target.resolve(name + extension));
        }
    }

    private static void linkAllBut(Path name, Path theirs, Path own) throws IOException {
        if (!Files.isDirectory(theirs)) {
            return;
        }
        for (Path entry : entries(theirs)) {
            if (!entry.getFileName().equals(name)) {
                Files.createSymbolicLink(own.resolve(entry.getFileName()), entry);
            }
        }
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }

    private static void deleteWithoutFollowingLinks(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
