package io.github.statelock.examples;

import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Two deployers and one state, a killed holder and a stale writer: runs the story of {@link Story} with separate processes
 * and says what happened. Exit code 0 only when all of it did, 1 when something did not, 2 for wrong arguments.
 */
public final class Quickstart {

    private static final String USAGE = """
            Usage: java -jar quickstart.jar [--store URI]

              --store URI   where to run it, such as file:///var/tmp/states, or the URI of any backend on the
                            class path; by default a folder that is removed at the end
            """;

    private Quickstart() {}

    /**
     * Runs the quickstart.
     *
     * @param args as the usage says
     */
    public static void main(String[] args) throws Exception {
        System.exit(run(args));
    }

    static int run(String... args) throws IOException, InterruptedException {
        if (args.length == 0) {
            Path folder = Files.createTempDirectory("statelock-quickstart");
            try {
                return tell(folder.toUri());
            } finally {
                remove(folder);
            }
        }
        if (args.length == 2 && args[0].equals("--store")) {
            try {
                return tell(new URI(args[1]));
            } catch (URISyntaxException e) {
                System.err.println("Not a URI: " + e.getMessage());
                return 2;
            }
        }
        System.err.print(USAGE);
        return 2;
    }

    private static int tell(URI store) throws IOException, InterruptedException {
        if ("mem".equals(store.getScheme())) {
            System.err.println("mem: lives in one process, and this story needs several. Take another store.");
            return 2;
        }
        Timeline timeline = new Timeline();
        try (StateBackend backend = StateBackends.open(store)) {
            return new Story(store, backend, timeline).tell() ? 0 : 1;
        } catch (StatelockException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(Quickstart::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
