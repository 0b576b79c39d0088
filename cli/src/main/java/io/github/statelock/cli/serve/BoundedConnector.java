package io.github.statelock.cli.serve;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Listens, and keeps the connections within their bounds. Handshakes and heads are read without a thread of their own. */
final class BoundedConnector extends ServerConnector {

    private static final long SWEEP_SECONDS = 1;

    private final Connections connections;
    private final TrustedProxies proxies;
    private final Runnable evicted;

    /** What a closed one cannot tell any more. */
    private final Map<EndPoint, SocketAddress> peers = new ConcurrentHashMap<>();

    BoundedConnector(
            Server server,
            Connections connections,
            TrustedProxies proxies,
            Runnable evicted,
            ConnectionFactory... factories) {
        super(server, 1, 1, factories);
        this.connections = connections;
        this.proxies = proxies;
        this.evicted = evicted;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        sweepLater();
    }

    private void sweepLater() {
        getScheduler().schedule(this::sweepAndGoOn, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    private void sweepAndGoOn() {
        try {
            sweep();
        } finally {
            if (isRunning()) {
                sweepLater();
            }
        }
    }

    /** Closes what has taken too long. */
    void sweep() {
        connections.overdue().forEach(BoundedConnector::closeQuietly);
    }

    @Override
    protected void onEndPointOpened(EndPoint endPoint) {
        super.onEndPointOpened(endPoint);
        if (endPoint.getRemoteSocketAddress() instanceof InetSocketAddress peer) {
            peers.put(endPoint, peer);
            InetAddress address = peer.getAddress();
            String client = proxies.contains(address) ? "" : ClientNames.of(address);
            connections.opened(peer, client, endPoint).ifPresent(tooMany -> {
                evicted.run();
                closeQuietly(tooMany);
            });
        }
    }

    @Override
    protected void onEndPointClosed(EndPoint endPoint) {
        SocketAddress peer = peers.remove(endPoint);
        if (peer != null) {
            connections.closed(peer, endPoint);
        }
        super.onEndPointClosed(endPoint);
    }

    private static void closeQuietly(Closeable connection) {
        try {
            connection.close();
        } catch (IOException | RuntimeException e) {
            // It is closed already.
        }
    }
}
