package io.github.statelock.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A deployer in a process of its own: {@link Deployer} tells in lines what it does, and is told in lines what to do. */
final class Actor implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String ENDED = "ended";

    private final String name;
    private final Timeline timeline;
    private final Process process;
    private final PrintWriter orders;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    Actor(String name, URI store, String key, Duration lease, Timeline timeline) throws IOException {
        this.name = name;
        this.timeline = timeline;
        this.process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Deployer.class.getName(),
                        store.toString(),
                        key,
                        name,
                        Long.toString(lease.toSeconds()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.orders = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "reader of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /** Tells the process what to do next. */
    void order(String order) {
        orders.println(order);
    }

    /** Waits until the process tells of that event, and prints everything it tells meanwhile. */
    void expect(String event) throws InterruptedException {
        while (true) {
            String line = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (line == null || line.equals(ENDED)) {
                throw new Story.Failed(name + " did not say \"" + event + "\"");
            }
            String[] parts = line.split("\\|", 2);
            timeline.event(name, parts.length == 2 ? parts[1] : line);
            if (parts[0].equals(event)) {
                return;
            }
        }
    }

    /** Ends the process without giving it a chance to release anything. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        timeline.event(name, "is killed while it holds the lock");
    }

    /** Stops the process where it stands, as a long garbage collection or a paused virtual machine would. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
        timeline.event(name, "is paused; it knows nothing of it");
    }

    void resume() throws IOException, InterruptedException {
        signal("-CONT");
        timeline.event(name, "goes on as if nothing had happened");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new Story.Failed(name + " could not be signalled; this story needs a POSIX system");
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                events.add(line);
            }
        } catch (IOException e) {
            events.add("trouble|" + e);
        }
        events.add(ENDED);
    }
}
