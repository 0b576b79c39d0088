package io.github.statelock.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/**
 * A proxy on loopback in front of a plain-HTTP server, which does to chosen requests what networks and services do, and counts
 * all requests.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri())) {
 *     proxy.arm(WireFault.applyThenCut(), WireRequest.method("PUT"));
 *     // a client of proxy.uri() puts: the server stores it, the client sees its connection closed
 *     proxy.assertFired();
 * }
 * }</pre>
 *
 * <p>A request meets at most one fault, the first one armed that wants it. HTTP clients may themselves send a request again
 * whose connection was closed without an answer: arm the fault for several times, and look at {@link #requests()}.
 *
 * <p>Safe for any number of threads and connections.
 */
public final class FaultProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final UpstreamServer server;
    private final URI uri;
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final List<WireRequest> requests = new ArrayList<>();

    @GuardedBy("lock")
    private final List<ArmedWireFault> faults = new ArrayList<>();

    private FaultProxy(URI target, boolean rewriteHost) throws IOException {
        listener = new ServerSocket(0, 100, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        server = new UpstreamServer(target, rewriteHost);
        uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + target.getRawPath());
    }

    /**
     * Starts a proxy that passes the Host header on as it came, as signatures need it.
     *
     * @param server the server, with the scheme http
     * @return the running proxy
     */
    public static FaultProxy inFrontOf(URI server) {
        return start(server, false);
    }

    /**
     * Starts a proxy that sends the server's own name in the Host header.
     *
     * @param server the server, with the scheme http
     * @return the running proxy
     */
    public static FaultProxy rewritingHostInFrontOf(URI server) {
        return start(server, true);
    }

    private static FaultProxy start(URI server, boolean rewriteHost) {
        if (!"http".equals(server.getScheme())) {
            throw new IllegalArgumentException("Only plain http can be looked into, not " + server + ".");
        }
        try {
            FaultProxy proxy = new FaultProxy(server, rewriteHost);
            proxy.daemon(proxy::accept, "fault-proxy");
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns what clients use in place of the server's URI.
     *
     * @return the same path on the proxy's port
     */
    public URI uri() {
        return uri;
    }

    /**
     * Arms a fault for the next request of a kind.
     *
     * @param fault what happens
     * @param requests the requests it may happen to
     * @return the armed fault
     */
    public ArmedWireFault arm(WireFault fault, Predicate<WireRequest> requests) {
        return arm(fault, requests, 0, 1);
    }

    /**
     * Arms a fault for several requests of a kind.
     *
     * @param fault what happens
     * @param requests the requests it may happen to
     * @param spared how many of them pass first
     * @param times how many of them meet the fault then
     * @return the armed fault
     */
    public ArmedWireFault arm(WireFault fault, Predicate<WireRequest> requests, int spared, int times) {
        if (spared < 0 || times < 1) {
            throw new IllegalArgumentException("Spare none or more, and fire once or more.");
        }
        ArmedWireFault armed = new ArmedWireFault(fault, requests, spared, times, server);
        synchronized (lock) {
            faults.add(armed);
        }
        return armed;
    }

    /**
     * Returns the requests so far, those that met a fault included. What the proxy sends late or twice is not among them.
     *
     * @return an immutable copy, in the order they came
     */
    public List<WireRequest> requests() {
        synchronized (lock) {
            return List.copyOf(requests);
        }
    }

    /**
     * Counts the requests of a kind so far.
     *
     * @param kind the requests to count
     * @return how many came
     */
    public int count(Predicate<WireRequest> kind) {
        return (int) requests().stream().filter(kind).count();
    }

    /** Forgets the requests so far, so that those of the next step can be counted. */
    public void forgetRequests() {
        synchronized (lock) {
            requests.clear();
        }
    }

    /**
     * Asserts that every armed fault met as many requests as it was armed for.
     *
     * @throws AssertionError if one did not
     */
    public void assertFired() {
        List<ArmedWireFault> unfired;
        synchronized (lock) {
            unfired = faults.stream().filter(fault -> !fault.isExhausted()).toList();
        }
        if (!unfired.isEmpty()) {
            throw new AssertionError("Armed, and did not fire: " + unfired + ". Requests: "
                    + requests().stream()
                            .map(request -> request.method() + " " + request.target())
                            .toList());
        }
    }

    /** Closes all connections, hanging ones too. */
    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
            for (Socket client : clients) {
                client.close();
            }
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            synchronized (lock) {
                faults.forEach(ArmedWireFault::abandon);
            }
        }
    }

    private void accept() {
        while (closed.getCount() > 0) {
            next().ifPresent(client -> {
                clients.add(client);
                daemon(() -> serve(client), "fault-proxy-connection");
            });
        }
    }

    /** Returns the next client, or nothing where it is gone already or the listener was closed. */
    private Optional<Socket> next() {
        try {
            return Optional.of(listener.accept());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void serve(Socket client) {
        try (client) {
            // Looked at after the socket was added, so that close() either finds the socket or is seen here.
            if (closed.getCount() == 0) {
                return;
            }
            client.setTcpNoDelay(true);
            new ProxyConnection(client, server, uri.getAuthority(), closed).serve(this::record);
        } catch (IOException | InterruptedException e) {
            // One of the sides is gone. Closing this one tells the other, as it would without a proxy.
            return;
        } finally {
            clients.remove(client);
        }
    }

    private Optional<ArmedWireFault> record(WireRequest request) {
        synchronized (lock) {
            requests.add(request);
            return faults.stream().filter(fault -> fault.takes(request)).findFirst();
        }
    }

    private void daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
