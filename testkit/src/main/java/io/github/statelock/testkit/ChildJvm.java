package io.github.statelock.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link ContractProcess} as its parent sees it. Used by one thread. */
final class ChildJvm implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    private final Process process;
    private final Thread reader;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        reader = new Thread(this::read, "contract-child-output");
        reader.setDaemon(true);
        reader.start();
    }

    static ChildJvm start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                ContractProcess.class.getName()));
        command.addAll(arguments);
        return new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** The next line that begins like that; the child's whole output is in the failure if there is none. */
    String await(String beginning) throws InterruptedException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < LIMIT.toNanos()) {
            Optional<String> line = next();
            if (line.isPresent() && line.get().startsWith(beginning)) {
                return line.get();
            }
            if (line.isEmpty() && !process.isAlive() && lines.isEmpty()) {
                break;
            }
        }
        throw new AssertionError("The child process did not say " + beginning + " but " + seen);
    }

    /** The next line, if there is one soon. */
    Optional<String> next() throws InterruptedException {
        String line = lines.poll(20, TimeUnit.MILLISECONDS);
        if (line != null) {
            seen.add(line);
        }
        return Optional.ofNullable(line);
    }

    /** Whether what it said since the last look has a line that begins like that. */
    boolean hasSaid(String beginning) {
        List<String> news = new ArrayList<>();
        lines.drainTo(news);
        seen.addAll(news);
        return news.stream().anyMatch(line -> line.startsWith(beginning));
    }

    /** Everything it has said. */
    List<String> output() {
        lines.drainTo(seen);
        return seen;
    }

    /** Ends it at once, as {@code kill -9} does, and waits until it is gone and all that it said is read. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
        reader.join(LIMIT.toMillis());
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The child process did not end: " + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("no more output: " + e);
        }
    }
}
