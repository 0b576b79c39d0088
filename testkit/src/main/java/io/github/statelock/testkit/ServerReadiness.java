package io.github.statelock.testkit;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits until a server answers HTTP, with whatever status: these servers listen once they are ready. */
final class ServerReadiness {

    private static final long BETWEEN_TRIES = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int ONE_TRY_MILLIS = 5_000;

    private ServerReadiness() {}

    /**
     * Waits for the first answer.
     *
     * @return false where the server ended or the time is over
     */
    static boolean await(int port, BooleanSupplier alive, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        while (alive.getAsBoolean() && System.nanoTime() - deadline < 0) {
            if (answers(port)) {
                return alive.getAsBoolean();
            }
            LockSupport.parkNanos(BETWEEN_TRIES);
        }
        return false;
    }

    private static boolean answers(int port) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
            connection.setConnectTimeout(ONE_TRY_MILLIS);
            connection.setReadTimeout(ONE_TRY_MILLIS);
            try {
                return connection.getResponseCode() > 0;
            } finally {
                connection.disconnect();
            }
        } catch (IOException notYet) {
            return false;
        }
    }
}
