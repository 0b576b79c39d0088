package io.github.statelock.testkit;

import java.net.URI;

/**
 * A server that tests talk to. Immutable, so safe for any number of threads.
 *
 * @param uri where it answers; for a local Azure emulator this includes the account's name as the path
 * @param origin how it was obtained
 */
public record TestServer(URI uri, Origin origin) {

    /** Where a server came from. */
    public enum Origin {
        /** Named in the environment: a real account, or any server that the developer runs. Its data is not the test's own. */
        ENDPOINT,
        /** A container, started for this JVM. */
        DOCKER,
        /** A local process, started for this JVM. */
        PROCESS
    }
}
