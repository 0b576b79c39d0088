package io.github.statelock.cli.interop;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An HTTPS proxy that is itself the host it is asked to connect to, and passes the bytes on to a server without TLS. So a program
 * that can only talk to a cloud's own name talks to a test server: it needs {@link #uri()} as its {@code HTTPS_PROXY} and
 * {@link #certificate()} as an authority that it trusts.
 */
final class TlsProxy implements AutoCloseable {

    private static final String PASSWORD = "password";

    private final ServerSocket listener;
    private final URI server;
    private final Path certificate;
    private final SSLContext tls;

    /** Starts a proxy that shows a certificate for a host name of its own making. */
    TlsProxy(String host, URI server, Path folder) throws Exception {
        this.server = server;
        this.certificate = folder.resolve("authority.pem");
        Path keys = folder.resolve("keys.p12");
        keytool(keys, "-genkeypair", "-keyalg", "EC", "-dname", "CN=" + host, "-ext", "san=dns:" + host);
        keytool(keys, "-exportcert", "-rfc", "-file", certificate.toString());
        tls = context(keys);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String uri() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    Path certificate() {
        return certificate;
    }

    private static void keytool(Path keys, String command, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), command));
        line.addAll(List.of("-alias", "host", "-keystore", keys.toString(), "-storetype", "PKCS12"));
        line.addAll(List.of("-storepass", PASSWORD));
        line.addAll(List.of(arguments));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(keys.resolveSibling("keytool.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IllegalStateException(Files.readString(keys.resolveSibling("keytool.log")));
        }
    }

    private static SSLContext context(Path keys) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    /** Until either side closes its connection. */
    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(server.getHost(), server.getPort())) {
            awaitConnectRequest(client);
            SSLSocket host = (SSLSocket) tls.getSocketFactory()
                    .createSocket(client, client.getInetAddress().getHostAddress(), client.getPort(), true);
            host.setUseClientMode(false);
            daemon(() -> copy(upstream, host));
            copy(host, upstream);
        } catch (IOException e) {
            // The client sees its connection closed.
        }
    }

    /** Byte by byte: what follows the empty line belongs to TLS. */
    private static void awaitConnectRequest(Socket client) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = client.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        client.getOutputStream().write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of them was closed, which closes the other.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tls-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
