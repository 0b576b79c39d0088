package io.github.statelock.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/**
 * Tells systemd that a service is ready, or stops. It listens on a datagram socket, which Java does not have; its own program
 * {@code systemd-notify} has one. Without that program nothing is told.
 */
final class ServiceManager {

    private static final String SOCKET = "NOTIFY_SOCKET";

    private ServiceManager() {}

    static void ready() {
        tell("READY=1");
    }

    static void stopping() {
        tell("STOPPING=1");
    }

    private static void tell(String what) {
        if (System.getenv(SOCKET) == null) {
            return;
        }
        try {
            new ProcessBuilder("systemd-notify", what)
                    .redirectInput(Redirect.from(new File("/dev/null")))
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            // There is no such program: whoever set the variable hears nothing, and says so after its own time limit.
        }
    }
}
