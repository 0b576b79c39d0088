package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.testkit.TestServer.Origin;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

@Tag("real-time")
class ServerResolutionTest {

    private static final URI ANYWHERE = URI.create("http://127.0.0.1:1");

    private final Map<String, String> environment = new HashMap<>();
    private final Properties properties = new Properties();
    private Function<ServerKind, Optional<TestServer>> docker =
            kind -> Optional.of(new TestServer(ANYWHERE, Origin.DOCKER));
    private Function<ServerKind, TestServer> process = kind -> new TestServer(ANYWHERE, Origin.PROCESS);

    @Test
    void aNamedEndpointComesFirst() {
        environment.put("STATELOCK_TEST_S3_ENDPOINT", " https://s3.example.com ");
        assertThat(resolve()).isEqualTo(new TestServer(URI.create("https://s3.example.com"), Origin.ENDPOINT));
    }

    @Test
    void thenDockerThenAProcess() {
        environment.put("STATELOCK_TEST_S3_ENDPOINT", "");
        assertThat(resolve().origin()).isEqualTo(Origin.DOCKER);
        docker = kind -> Optional.empty();
        assertThat(resolve().origin()).isEqualTo(Origin.PROCESS);
    }

    @Test
    void theModeLeavesOneWay() {
        environment.put("STATELOCK_TEST_S3_ENDPOINT", "http://127.0.0.1:2");
        for (Origin origin : Origin.values()) {
            properties.setProperty(ServerResolution.MODE, origin.name());
            assertThat(resolve().origin()).isEqualTo(origin);
        }
    }

    @Test
    void nothingFoundAbortsAndSaysWhatToDo() {
        docker = kind -> Optional.empty();
        process = kind -> {
            throw new ServerNotInstalledException("Install it.");
        };
        assertThatThrownBy(this::resolve)
                .isInstanceOf(TestAbortedException.class)
                .hasMessage(
                        "No s3mock to test against. Install it. Or set STATELOCK_TEST_S3_ENDPOINT, or start Docker.");
        for (String mode : new String[] {"endpoint", "docker", "process"}) {
            properties.setProperty(ServerResolution.MODE, mode);
            assertThatThrownBy(this::resolve).isInstanceOf(TestAbortedException.class);
        }
    }

    @Test
    void nothingFoundFailsInCi() {
        docker = kind -> Optional.empty();
        process = kind -> {
            throw new ServerNotInstalledException("Install it.");
        };
        environment.put("CI", "true");
        assertThatThrownBy(this::resolve)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Install it.");
    }

    @Test
    void aServerThatDoesNotStartIsAFailureEverywhere() {
        docker = kind -> Optional.empty();
        process = kind -> {
            throw new IllegalStateException("s3mock ended");
        };
        assertThatThrownBy(this::resolve).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anUnknownModeIsRefused() {
        properties.setProperty(ServerResolution.MODE, "podman");
        assertThatThrownBy(this::resolve)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("podman");
    }

    private TestServer resolve() {
        return new ServerResolution(environment, properties, kind -> docker.apply(kind), kind -> process.apply(kind))
                .resolve(ServerKind.S3);
    }
}
