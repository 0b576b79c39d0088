package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.JsonFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/**
 * Renewals in a process that the system gives no more threads. Linux limits the threads of a user, except root's: under root
 * the process runs as another user.
 */
@Tag("slow")
class ThreadShortageProcessTest {

    /** Nobody's number, so that no other process counts. */
    private static final String OTHER_USER = "61234";

    private static final int THREADS = 100;

    @TempDir
    Path folder;

    @Test
    void locksAreKeptWhileTheProcessCanStartNoThread() throws Exception {
        List<String> limited = limited();
        Result tried = run(limited, "-version");
        assumeThat(tried.status())
                .as("A limit of threads cannot be set here, so this is not tested: " + tried.output())
                .isZero();
        Result result = run(limited, "-cp", classPath(), ThreadShortageProgram.class.getName());
        assertThat(result.output())
                .contains("other threads were started, then none")
                .contains(ThreadShortageProgram.ALL_HELD);
    }

    private record Result(int status, String output) {}

    /** How to run a command with few threads. */
    private static List<String> limited() throws IOException {
        boolean root = System.getProperty("user.name").equals("root");
        int most = root ? THREADS : threadsOfThisUser() + THREADS;
        List<String> command = new ArrayList<>(List.of("prlimit", "--nproc=" + most + ":" + most));
        if (root) {
            command.addAll(List.of("setpriv", "--reuid=" + OTHER_USER, "--regid=" + OTHER_USER, "--clear-groups"));
        }
        return command;
    }

    private static int threadsOfThisUser() throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .mapToInt(ThreadShortageProcessTest::threadsOf)
                    .sum();
        }
    }

    private static int threadsOf(Path process) {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            String owner = Files.getOwner(process).getName();
            return owner.equals(System.getProperty("user.name")) ? (int) threads.count() : 0;
        } catch (IOException | UncheckedIOException e) {
            return 0; // it has ended, or it is not ours to read
        }
    }

    private Result run(List<String> limited, String... arguments) throws InterruptedException {
        List<String> command = new ArrayList<>(limited);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(arguments));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            return new Result(-1, e.toString());
        }
    }

    /** Copies, since the other user may not see the folders of this one. */
    private String classPath() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        for (Class<?> one : List.of(EngineThreads.class, FakeStore.class, Logger.class, JsonFactory.class)) {
            Path copy = folder.resolve(one.getSimpleName() + ".jar");
            copyReadable(placeOf(one), copy);
            copies.add(copy.toString());
        }
        return String.join(":", copies);
    }

    private static Path placeOf(Class<?> one) throws URISyntaxException {
        return Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static void copyReadable(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Path copy = to.resolve(from.relativize(each).toString());
                Files.copy(each, copy);
                Files.setPosixFilePermissions(
                        copy, PosixFilePermissions.fromString(Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }
}
