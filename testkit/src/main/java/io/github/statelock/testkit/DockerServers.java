package io.github.statelock.testkit;

import java.util.Optional;

/** Servers in containers, where Testcontainers is on the class path; it is an optional dependency. */
final class DockerServers {

    private DockerServers() {}

    /** Starts one, or returns nothing where there is no Testcontainers, no engine or no image. */
    static Optional<TestServer> start(ServerKind kind) {
        String image = kind.image();
        if (image == null || !hasTestcontainers()) {
            return Optional.empty();
        }
        return ContainerServers.start(kind, image);
    }

    private static boolean hasTestcontainers() {
        try {
            Class.forName("org.testcontainers.DockerClientFactory", false, DockerServers.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
