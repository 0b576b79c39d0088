package io.github.statelock.gcs;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * A store that takes one change of an object per second and answers 429 to more, in front of one that takes any. A change
 * counts from its arrival, whether its preconditions hold or not; one that was answered 429 does not count.
 */
final class LimitedStore implements AutoCloseable {

    private static final Pattern INSERTED = Pattern.compile("\"name\" *: *\"([^\"]+)\"|[?&]name=([^&\\s]+)");
    private static final Set<String> OWN = Set.of("connection", "content-length", "date", "transfer-encoding", "host");

    private final URI target;
    private final long interval;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, Long> lastChange = new ConcurrentHashMap<>();
    private final AtomicInteger changes = new AtomicInteger();
    private final AtomicInteger throttled = new AtomicInteger();
    private final Map<String, Long> lastThrottled = new ConcurrentHashMap<>();
    private final AtomicLong shortestPause = new AtomicLong(Long.MAX_VALUE);

    private LimitedStore(URI target, Duration interval) throws IOException {
        this.target = target;
        this.interval = interval.toNanos();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static LimitedStore inFrontOf(URI target) {
        return inFrontOf(target, Duration.ofSeconds(1));
    }

    static LimitedStore inFrontOf(URI target, Duration interval) {
        try {
            return new LimitedStore(target, interval);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    int changes() {
        return changes.get();
    }

    int throttled() {
        return throttled.get();
    }

    /** The shortest time from a 429 to the next change of the same object. */
    Duration shortestPause() {
        return Duration.ofNanos(shortestPause.get());
    }

    private void handle(HttpExchange exchange) throws IOException {
        long now = System.nanoTime();
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean changes = !exchange.getRequestMethod().equals("GET");
        String object = changes ? object(exchange, body) : "";
        if (changes && !mayChange(object, now)) {
            throttled.incrementAndGet();
            lastThrottled.put(object, System.nanoTime());
            exchange.sendResponseHeaders(429, -1);
        } else {
            forward(exchange, body);
        }
        exchange.close();
    }

    private boolean mayChange(String object, long now) {
        changes.incrementAndGet();
        Long refused = lastThrottled.remove(object);
        if (refused != null) {
            shortestPause.accumulateAndGet(now - refused, Math::min);
        }
        boolean[] may = {false};
        lastChange.compute(object, (name, last) -> {
            may[0] = last == null || now - last >= interval;
            return may[0] ? Long.valueOf(now) : last;
        });
        return may[0];
    }

    private static String object(HttpExchange exchange, byte[] body) throws IOException {
        String target = exchange.getRequestURI().toString();
        if (!target.startsWith("/upload/")) {
            return URLDecoder.decode(
                    exchange.getRequestURI().getRawPath().replaceAll(".*/o/", ""), StandardCharsets.UTF_8);
        }
        boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        byte[] text = packed ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes() : body;
        Matcher name = INSERTED.matcher(target + "\n" + new String(text, StandardCharsets.UTF_8));
        if (!name.find()) {
            throw new AssertionError("An insert without name: " + target);
        }
        String found = name.group(1) == null ? name.group(2) : name.group(1);
        return URLDecoder.decode(found, StandardCharsets.UTF_8);
    }

    private void forward(HttpExchange exchange, byte[] body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(target + exchange.getRequestURI().toString()))
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try {
            HttpResponse<byte[]> response = client.send(request.build(), BodyHandlers.ofByteArray());
            response.headers().map().forEach((name, values) -> {
                if (!OWN.contains(name.toLowerCase(Locale.ROOT))) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            byte[] answer = response.body();
            exchange.sendResponseHeaders(response.statusCode(), answer.length == 0 ? -1 : answer.length);
            if (answer.length > 0) {
                exchange.getResponseBody().write(answer);
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
