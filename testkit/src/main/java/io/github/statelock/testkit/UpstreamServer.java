package io.github.statelock.testkit;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The server behind a proxy. Every request has a connection of its own: one that was kept open could be closed by the server
 * just as it is used, which would be a fault that nobody armed.
 */
final class UpstreamServer implements Closeable {

    private static final int CONNECT_MILLIS = 10_000;

    private final String host;
    private final int port;
    private final boolean rewriteHost;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    UpstreamServer(URI uri, boolean rewriteHost) {
        this.host = uri.getHost();
        this.port = uri.getPort() < 0 ? 80 : uri.getPort();
        this.rewriteHost = rewriteHost;
    }

    String authority() {
        return host + ":" + port;
    }

    /** An answer whose head was read and whose body follows. */
    record Answer(HttpHead head, InputStream rest, Closeable connection) implements Closeable {
        @Override
        public void close() throws IOException {
            connection.close();
        }
    }

    /** Sends a request, of which the head was read from a stream, and reads the head of the answer. */
    Answer send(HttpHead head, InputStream body) throws IOException {
        Socket socket = new Socket();
        open.add(socket);
        Closeable connection = () -> {
            open.remove(socket);
            socket.close();
        };
        try {
            // Looked at after the socket was added, so that close() either finds the socket or is seen here.
            if (closed) {
                throw new IOException("The proxy was closed.");
            }
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            TolerantOutput out = new TolerantOutput(socket.getOutputStream());
            toServer(head).write(out);
            HttpBody.ofRequest(head).copy(body, out);
            out.flush();
            InputStream in = new BufferedInputStream(socket.getInputStream());
            return new Answer(finalHead(in), in, connection);
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** Sends a request that came earlier, reads the whole answer and returns its status. */
    int replay(CapturedRequest request) throws IOException {
        try (Answer answer = send(request.head(), request.body())) {
            HttpBody.ofAnswer(answer.head(), request.head().word(0))
                    .copy(answer.rest(), OutputStream.nullOutputStream());
            return answer.head().status();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    private HttpHead toServer(HttpHead head) {
        HttpHead plain = head.without(
                        "Connection", "Keep-Alive", "Proxy-Connection", "Expect", "Upgrade", "HTTP2-Settings")
                .with("Connection", "close");
        return rewriteHost ? plain.without("Host").with("Host", authority()) : plain;
    }

    private static HttpHead finalHead(InputStream in) throws IOException {
        while (true) {
            HttpHead head = HttpHead.read(in);
            if (head == null) {
                throw new EOFException("The server closed the connection without an answer.");
            }
            if (head.status() >= 200) {
                return head;
            }
        }
    }
}
