package io.github.statelock.testkit;

import io.github.statelock.testkit.TestServer.Origin;
import java.net.URI;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The containers' settings. Loaded only where Testcontainers is there. */
final class ContainerServers {

    private ContainerServers() {}

    static Optional<TestServer> start(ServerKind kind, String image) {
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.empty();
        }
        // Testcontainers removes it when this JVM ends, killed or not.
        @SuppressWarnings("resource")
        GenericContainer<?> container = configure(new GenericContainer<>(DockerImageName.parse(image)), kind);
        container.start();
        String authority = container.getHost() + ":" + container.getFirstMappedPort();
        return Optional.of(new TestServer(URI.create("http://" + authority + kind.path()), Origin.DOCKER));
    }

    private static GenericContainer<?> configure(GenericContainer<?> container, ServerKind kind) {
        container.waitingFor(Wait.forListeningPort());
        return switch (kind) {
            case DYNAMODB ->
                container
                        .withExposedPorts(8000)
                        .withCommand("-jar", "DynamoDBLocal.jar", "-inMemory", "-sharedDb", "-disableTelemetry");
            // On its main port: the thread limit, which makes its conditions atomic, counts for that one only.
            case S3 ->
                container
                        .withExposedPorts(9191)
                        .withEnv("SERVER_PORT", "9191")
                        .withEnv("SERVER_SSL_ENABLED", "false")
                        .withEnv("COM_ADOBE_TESTING_S3MOCK_HTTPPORT", "0")
                        .withEnv("SERVER_TOMCAT_THREADS_MAX", "1")
                        .withEnv("SERVER_TOMCAT_THREADS_MINSPARE", "1");
            case S3_VERSIONING ->
                container
                        .withExposedPorts(80)
                        .withEnv("S3PROXY_AUTHORIZATION", "none")
                        .withEnv("S3PROXY_ENDPOINT", "http://0.0.0.0:80")
                        .withEnv("JCLOUDS_PROVIDER", "transient-nio2");
            case AZURE ->
                container
                        .withExposedPorts(10000)
                        .withCommand(
                                "azurite-blob",
                                "--blobHost",
                                "0.0.0.0",
                                "--inMemoryPersistence",
                                "--silent",
                                "--disableTelemetry",
                                "--skipApiVersionCheck");
            case GCS_SECOND -> container.withExposedPorts(4443).withCommand("-scheme", "http", "-backend", "memory");
            case GCS -> throw new IllegalArgumentException("There is no image of " + kind.serverName() + ".");
        };
    }
}
