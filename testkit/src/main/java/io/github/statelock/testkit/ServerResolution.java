package io.github.statelock.testkit;

import io.github.statelock.testkit.TestServer.Origin;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.opentest4j.TestAbortedException;

/** The order in which a server is looked for. */
final class ServerResolution {

    /** Restricts where servers come from. */
    static final String MODE = "statelock.test.servers";

    private final Map<String, String> environment;
    private final Properties properties;
    private final Function<ServerKind, Optional<TestServer>> docker;
    private final Function<ServerKind, TestServer> process;

    ServerResolution(
            Map<String, String> environment,
            Properties properties,
            Function<ServerKind, Optional<TestServer>> docker,
            Function<ServerKind, TestServer> process) {
        this.environment = environment;
        this.properties = properties;
        this.docker = docker;
        this.process = process;
    }

    static ServerResolution ofThisJvm() {
        return new ServerResolution(System.getenv(), System.getProperties(), DockerServers::start, LocalServers::start);
    }

    /**
     * Finds or starts a server.
     *
     * @throws TestAbortedException where none can be had
     * @throws IllegalStateException where none can be had and this is a CI build
     */
    TestServer resolve(ServerKind kind) {
        try {
            return find(kind);
        } catch (ServerNotInstalledException e) {
            String message = "No " + kind.serverName() + " to test against. " + e.getMessage() + " Or set "
                    + kind.endpointVariable() + ", or start Docker.";
            throw missing(message, environment, e);
        }
    }

    /** What to throw where something cannot be had: a failure in a CI build, elsewhere the end of the test. */
    static RuntimeException missing(String message, Map<String, String> environment, Throwable cause) {
        return "true".equalsIgnoreCase(environment.get("CI"))
                ? new IllegalStateException(message, cause)
                : new TestAbortedException(message, cause);
    }

    private TestServer find(ServerKind kind) {
        String mode = properties.getProperty(MODE, "auto").toLowerCase(Locale.ROOT);
        return switch (mode) {
            case "auto" -> endpoint(kind).or(() -> docker.apply(kind)).orElseGet(() -> process.apply(kind));
            case "endpoint" ->
                endpoint(kind).orElseThrow(() -> new ServerNotInstalledException("No endpoint is named."));
            case "docker" ->
                docker.apply(kind)
                        .orElseThrow(
                                () -> new ServerNotInstalledException(
                                        "No Docker engine answers, Testcontainers is not on the class path, or there is no image."));
            case "process" -> process.apply(kind);
            default ->
                throw new IllegalArgumentException(
                        MODE + " must be auto, endpoint, docker or process, and is " + mode + ".");
        };
    }

    private Optional<TestServer> endpoint(ServerKind kind) {
        return Optional.ofNullable(environment.get(kind.endpointVariable()))
                .filter(value -> !value.isBlank())
                .map(value -> new TestServer(URI.create(value.strip()), Origin.ENDPOINT));
    }

    /** Waits for what some thread is fetching or starting, and throws what that thread threw. */
    static <T> T orThrow(CompletableFuture<T> wanted) {
        try {
            return wanted.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TestAbortedException aborted) {
                throw new TestAbortedException(aborted.getMessage(), aborted);
            }
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = cause instanceof IllegalStateException ? cause.getMessage() : cause.toString();
            throw new IllegalStateException(message, cause);
        }
    }
}
