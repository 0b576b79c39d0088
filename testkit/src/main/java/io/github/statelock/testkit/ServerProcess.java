package io.github.statelock.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, on a free loopback port. It ends with this JVM: by a shutdown hook, and where there is
 * a POSIX shell also when this JVM is killed, since a shell between the two waits for the end of its input, which this JVM
 * holds open.
 */
final class ServerProcess {

    private static final Duration START_WITHIN = Duration.ofSeconds(60);
    private static final int PORTS_TO_TRY = 3;
    private static final Path SHELL = Path.of("/bin/sh");
    private static final boolean HAS_SHELL = Files.isExecutable(SHELL);

    /** Ends as the server does, and ends the server (by force) as soon as the input does. */
    private static final String WATCH = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            server=$!
            { read -r line <&3; kill -9 $server; } 2>/dev/null &
            watch=$!
            exec 3<&-
            wait $server
            code=$?
            kill $watch 2>/dev/null
            exit $code
            """;

    private final Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** How a server is started, given the port to listen on and a folder of its own. */
    @FunctionalInterface
    interface Command {
        List<String> line(int port, Path folder);
    }

    /**
     * Starts a server and waits until it answers HTTP.
     *
     * @throws IllegalStateException where it doesn't within a minute, with the end of its output
     */
    static ServerProcess start(String name, Command command) {
        try {
            for (int attempt = 1; ; attempt++) {
                ServerProcess server = launch(name, command);
                // Between choosing the port and binding it another process may take it: then the server ends at once.
                if (ServerReadiness.await(server.port, server.process::isAlive, START_WITHIN)) {
                    return server;
                }
                boolean ended = !server.process.isAlive();
                server.stop();
                if (!ended || attempt == PORTS_TO_TRY) {
                    throw new IllegalStateException(name + (ended ? " ended" : " did not answer") + ":\n"
                            + tail(output(folder(name, server.port))));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** Ends the server and waits until it has ended. */
    void stop() {
        try {
            process.getOutputStream().close();
            if (HAS_SHELL) {
                process.waitFor(5, TimeUnit.SECONDS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static ServerProcess launch(String name, Command command) throws IOException {
        int port = freePort();
        Path folder = Files.createDirectories(folder(name, port));
        Process process = new ProcessBuilder(watched(command.line(port, folder)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(folder).toFile())
                .start();
        ServerProcess server = new ServerProcess(process, port);
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop, name + "-stop"));
        return server;
    }

    private static List<String> watched(List<String> command) {
        if (!HAS_SHELL) {
            return command;
        }
        List<String> line = new ArrayList<>(List.of(SHELL.toString(), "-c", WATCH, "sh"));
        line.addAll(command);
        return line;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path folder(String name, int port) {
        return Path.of("target", "test-servers", name + "-" + port).toAbsolutePath();
    }

    private static Path output(Path folder) {
        return folder.resolve("output.log");
    }

    private static String tail(Path output) throws IOException {
        String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        return text.substring(Math.max(0, text.length() - 4_000));
    }
}
