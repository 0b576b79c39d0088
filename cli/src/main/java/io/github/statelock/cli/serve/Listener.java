package io.github.statelock.cli.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty, set up for this server. Safe for use by several threads. */
final class Listener {

    /** They never wait. Two are taken by accepting and selecting. */
    private static final int THREADS = 16;

    private static final int IDLE_THREADS = 4;

    private final Server server;
    private final BoundedConnector connector;
    private final Optional<ReloadedCertificate> certificate;

    private Listener(Server server, BoundedConnector connector, Optional<ReloadedCertificate> certificate) {
        this.server = server;
        this.connector = connector;
        this.certificate = certificate;
    }

    static Listener start(ServerSettings settings, Parts parts) throws IOException {
        Optional<ReloadedCertificate> certificate = settings.tls().isPresent()
                ? Optional.of(ReloadedCertificate.of(settings.tls().get(), parts.log()))
                : Optional.empty();
        Server server = new Server(threads());
        server.setStopTimeout(0);
        server.setErrorHandler(new PlainErrors());
        server.setHandler(new Router(parts));
        server.setRequestLog((request, response) -> {
            if (request.getAttribute(Router.SEEN) == null) {
                parts.log().note("A request was answered with " + response.getStatus() + ", since it was not HTTP.");
            }
        });
        BoundedConnector connector = new BoundedConnector(
                server,
                parts.connections(),
                parts.proxies(),
                () -> parts.metrics().refused(Metrics.Reason.CONNECTIONS),
                protocols(certificate));
        Listener listener = new Listener(server, connector, certificate);
        listener.listen(settings.address());
        return listener;
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, IDLE_THREADS);
        threads.setName("statelock-net");
        threads.setDaemon(true);
        return threads;
    }

    private static ConnectionFactory[] protocols(Optional<ReloadedCertificate> certificate) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setHttpCompliance(HttpCompliance.STRICT);
        // What the address means is decided here, by its raw form: see Target.
        http.setUriCompliance(UriCompliance.UNSAFE.without(
                "statelock", UriCompliance.Violation.FRAGMENT, UriCompliance.Violation.USER_INFO));
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        List<ConnectionFactory> protocols = new ArrayList<>();
        certificate.ifPresent(one -> protocols.add(new SslConnectionFactory(one.factory(), plain.getProtocol())));
        protocols.add(plain);
        return protocols.toArray(ConnectionFactory[]::new);
    }

    private void listen(InetSocketAddress address) throws IOException {
        connector.setHost(address.getAddress().getHostAddress());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(0); // Connections has its own limits
        server.addConnector(connector);
        try {
            server.start();
        } catch (IOException e) {
            stop();
            throw e.getCause() instanceof IOException cause ? cause : e; // such as that the address is in use
        } catch (Exception e) {
            stop();
            throw new IOException(e);
        }
        certificate.ifPresent(one -> one.watch(server.getScheduler()));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(connector.getHost(), connector.getLocalPort());
    }

    void sweep() {
        connector.sweep();
    }

    void lookAtCertificate() {
        certificate.ifPresent(ReloadedCertificate::look);
    }

    void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("The server did not stop.", e);
        }
    }
}
