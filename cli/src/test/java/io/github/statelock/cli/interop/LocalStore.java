package io.github.statelock.cli.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The tools' own local backend, in a folder of its own. */
final class LocalStore implements SharedStore {

    private static final String KEY = "terraform.tfstate";

    private final Path folder;

    LocalStore(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder.resolve("local states"));
    }

    Path file() {
        return folder.resolve(KEY);
    }

    Path infoFile() {
        return folder.resolve("." + KEY + ".lock.info");
    }

    @Override
    public String backend() {
        return "local";
    }

    @Override
    public Map<String, Object> arguments() {
        return Map.of("path", file(), "workspace_dir", folder.resolve("terraform.tfstate.d"));
    }

    @Override
    public Map<String, String> environment() {
        return Map.of();
    }

    @Override
    public String uri() {
        return folder.toUri().toString().replaceFirst("^file:", "tfdir:").replaceFirst("/$", "");
    }

    @Override
    public String key() {
        return KEY;
    }

    @Override
    public String lease() {
        return "5s";
    }

    @Override
    public List<String> residue() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(KEY) && !name.equals(KEY + ".backup"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
