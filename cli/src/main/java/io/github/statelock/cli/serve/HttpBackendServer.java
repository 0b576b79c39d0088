package io.github.statelock.cli.serve;

import io.github.statelock.StateBackend;
import io.github.statelock.engine.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Serves the {@code http} backend of Terraform and OpenTofu. Safe for use by several threads.
 *
 * <p>A client that sends or reads slowly takes memory, of which there is a budget, and no thread. What has come whole is served
 * by a bounded number of threads that wait for the store.
 */
public final class HttpBackendServer implements AutoCloseable {

    private static final Duration TURN_PATIENCE = Duration.ofSeconds(20);

    private final Parts parts;
    private final Listener listener;

    private HttpBackendServer(Parts parts, Listener listener) {
        this.parts = parts;
        this.listener = listener;
    }

    /**
     * Listens and serves.
     *
     * @param settings how
     * @param backend where the states and locks are; stays open when the server is closed
     * @param log told of every request when it is answered
     * @return the server
     * @throws IOException if the address cannot be listened on, or a certificate's file cannot be read
     * @throws IllegalArgumentException if a certificate or a proxy's address is not what it should be
     */
    public static HttpBackendServer start(ServerSettings settings, StateBackend backend, ServerLog log)
            throws IOException {
        return start(settings, backend, log, Ticker.system(), TURN_PATIENCE, new ByteBudget(ByteBudget.ofHeap()));
    }

    /** The same, with a clock, a patience and a budget of the test's. */
    static HttpBackendServer start(
            ServerSettings settings,
            StateBackend backend,
            ServerLog log,
            Ticker ticker,
            Duration turnPatience,
            ByteBudget budget)
            throws IOException {
        Parts parts = Parts.of(settings, backend, log, ticker, turnPatience, budget);
        return new HttpBackendServer(parts, Listener.start(settings, parts));
    }

    /**
     * Where it listens.
     *
     * @return the address, with the port that was chosen
     */
    public InetSocketAddress address() {
        return listener.address();
    }

    /** For tests: closes the connections that have taken too long, as happens every second. */
    void sweep() {
        listener.sweep();
    }

    /** For tests: looks whether the certificate's files changed, as happens twice a minute. */
    void lookAtCertificate() {
        listener.lookAtCertificate();
    }

    /**
     * Refuses new requests, lets those under way end, and closes.
     *
     * @param grace how long to wait for them
     * @return how many had not ended by then
     * @throws InterruptedException if interrupted while waiting; the server is closed nevertheless
     */
    public int stop(Duration grace) throws InterruptedException {
        try {
            return parts.underWay().close(grace);
        } finally {
            close();
        }
    }

    /** Closes at once, cutting what is under way. A second call does nothing. */
    @Override
    public void close() {
        listener.stop();
        parts.workers().close();
        parts.metrics().close();
    }
}
