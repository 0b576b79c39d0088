package io.github.statelock.cli.serve;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.statelock.StateBackend;
import io.github.statelock.engine.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Serves the {@code http} backend of Terraform and OpenTofu. Safe for use by several threads.
 *
 * <p>A request keeps a thread from its first byte until its answer is sent, so that a slow client costs one of many cheap
 * threads, for a bounded time, while the store's own threads are the backend's and work on whole requests only.
 */
public final class HttpBackendServer implements AutoCloseable {

    /** How many clients are served at a time, the slow ones included; others wait. */
    static final int THREADS = 128;

    private static final Duration TURN_PATIENCE = Duration.ofSeconds(20);
    private static final Duration IDLE_THREAD = Duration.ofSeconds(30);

    /** What the JDK's server takes from system properties; times in seconds. Those that are set by hand stay. */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.maxReqTime", "300", // from a request's first byte to its last
            "sun.net.httpserver.maxRspTime", "900", // and on to the last byte of the answer, the store's time included
            "sun.net.httpserver.drainAmount", "16777216", // of a body that is too large, so that its client hears why
            "sun.net.httpserver.nodelay", "true"); // answers are small, and sent in two parts

    private final HttpServer server;
    private final ExecutorService threads;
    private final UnderWay underWay;

    private HttpBackendServer(HttpServer server, ExecutorService threads, UnderWay underWay) {
        this.server = server;
        this.threads = threads;
        this.underWay = underWay;
    }

    /**
     * Listens and serves.
     *
     * @param settings how
     * @param backend where the states and locks are; stays open when the server is closed
     * @param log told of every request when it is answered
     * @return the server
     * @throws IOException if the address cannot be listened on
     */
    public static HttpBackendServer start(ServerSettings settings, StateBackend backend, Consumer<Visit> log)
            throws IOException {
        return start(settings, backend, log, Ticker.system(), TURN_PATIENCE);
    }

    /** The same, with a clock and a patience of the test's. */
    static HttpBackendServer start(
            ServerSettings settings, StateBackend backend, Consumer<Visit> log, Ticker ticker, Duration turnPatience)
            throws IOException {
        LIMITS.forEach((name, value) -> System.setProperty(name, System.getProperty(name, value)));
        HttpServer server = listen(settings);
        ReleasedIds released = new ReleasedIds(backend.locks(), ticker);
        Turns turns = new Turns(turnPatience);
        UnderWay underWay = new UnderWay();
        StateRequests states = new StateRequests(backend, released, turns, settings.strict(), ticker);
        LockRequests locks = new LockRequests(backend.locks(), released, turns, ticker);
        ExecutorService threads = threads();
        server.setExecutor(threads);
        server.createContext("/", new Router(settings, states, locks, underWay, ticker, log));
        server.start();
        return new HttpBackendServer(server, threads, underWay);
    }

    private static HttpServer listen(ServerSettings settings) throws IOException {
        if (settings.tls().isEmpty()) {
            return HttpServer.create(settings.address(), THREADS);
        }
        HttpsServer server = HttpsServer.create(settings.address(), THREADS);
        server.setHttpsConfigurator(new HttpsConfigurator(settings.tls().get()));
        return server;
    }

    private static ExecutorService threads() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_THREAD.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "statelock-http-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Where it listens.
     *
     * @return the address, with the port that was chosen
     */
    public InetSocketAddress address() {
        return server.getAddress();
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
            return underWay.close(grace);
        } finally {
            close();
        }
    }

    /** Closes at once, cutting what is under way. A second call does nothing. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdown();
    }
}
