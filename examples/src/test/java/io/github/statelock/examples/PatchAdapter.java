package io.github.statelock.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands in front of an emulator and makes PATCH of what Google's own transport sends in its place: POST with the header {@code
 * X-HTTP-Method-Override}, and without {@code alt=json}. The service understands that and the emulator does not. All else passes as
 * it is.
 */
final class PatchAdapter implements AutoCloseable {

    private static final String OVERRIDE = "x-http-method-override";

    /** Of one connection only, or set by the client itself. */
    private static final Set<String> NOT_PASSED =
            Set.of("connection", "content-length", "expect", "host", "transfer-encoding", "upgrade", OVERRIDE);

    private final URI server;
    private final HttpServer adapter;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger patches = new AtomicInteger();

    PatchAdapter(URI server) throws IOException {
        this.server = server;
        adapter = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        adapter.setExecutor(threads);
        adapter.createContext("/", this::pass);
        adapter.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + adapter.getAddress().getPort());
    }

    /** How many requests became a PATCH. */
    int patches() {
        return patches.get();
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpResponse<byte[]> answer = client.send(request(exchange), BodyHandlers.ofByteArray());
            answer.headers().map().forEach((name, values) -> {
                if (passes(name)) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            byte[] body = answer.body();
            exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(body);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpRequest request(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean patch = "PATCH".equals(exchange.getRequestHeaders().getFirst(OVERRIDE));
        URI target = server.resolve(exchange.getRequestURI());
        HttpRequest.Builder request = HttpRequest.newBuilder(patch ? withAlt(target) : target)
                .method(patch ? "PATCH" : exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
        if (patch) {
            patches.incrementAndGet();
        }
        for (Map.Entry<String, List<String>> header :
                exchange.getRequestHeaders().entrySet()) {
            if (passes(header.getKey())) {
                header.getValue().forEach(value -> request.header(header.getKey(), value));
            }
        }
        return request.build();
    }

    /** The form of the answer, which the service takes for granted where it is not named. */
    private static URI withAlt(URI target) {
        return URI.create(target + (target.getRawQuery() == null ? "?" : "&") + "alt=json");
    }

    private static boolean passes(String header) {
        return !NOT_PASSED.contains(header.toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() {
        adapter.stop(0);
        threads.shutdownNow();
    }
}
