package io.github.statelock.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;

/**
 * Tells systemd that the service is ready or is stopping. systemd listens on a Unix datagram socket, which Java cannot open; its
 * program {@code systemd-notify} can. Without that program, nothing is sent.
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
            // The program is not installed. The service manager then reports its own time limit.
        }
    }
}
