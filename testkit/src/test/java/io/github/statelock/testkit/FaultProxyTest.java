package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("real-time")
@Timeout(30)
class FaultProxyTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Set<String> BODILESS = Set.of("/none", "/same", "/moved");

    /** What the server was asked to do, in its order. */
    private final List<String> applied = Collections.synchronizedList(new ArrayList<>());

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            applied.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            String path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders()
                    .set("X-Host", exchange.getRequestHeaders().getFirst("Host"));
            switch (path) {
                case "/none" -> exchange.sendResponseHeaders(204, -1);
                case "/same" -> exchange.sendResponseHeaders(304, -1);
                case "/chunks" -> exchange.sendResponseHeaders(200, 0);
                case "/moved" -> {
                    exchange.getResponseHeaders()
                            .set("Location", uri(server.getAddress().getPort(), "/there"));
                    exchange.sendResponseHeaders(201, -1);
                }
                default -> exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            }
            try (OutputStream out = exchange.getResponseBody()) {
                if (!BODILESS.contains(path)) {
                    out.write(body);
                }
            } finally {
                exchange.close();
            }
        });
        server.start();
        proxy = FaultProxy.inFrontOf(URI.create(uri(server.getAddress().getPort(), "")));
    }

    @AfterEach
    void stop() {
        proxy.close();
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void passesEveryKindOfMessageOverOneConnection() throws IOException {
        try (Wire wire = new Wire(proxy.uri().getPort())) {
            assertThat(wire.send("PUT /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"))
                    .endsWith("hello");
            assertThat(
                            wire.send(
                                    "PUT /chunks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"))
                    .endsWith("abcde");
            assertThat(wire.send("HEAD /echo HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
            assertThat(wire.send("GET /none HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 204");
            assertThat(wire.send("GET /same HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 304");
            assertThat(wire.send("PUT /echo?a=%20 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok"))
                    .startsWith("HTTP/1.1 100")
                    .endsWith("ok");
        }
        assertThat(applied)
                .containsExactly("PUT /echo", "PUT /chunks", "HEAD /echo", "GET /none", "GET /same", "PUT /echo?a=%20");
        assertThat(proxy.requests())
                .extracting(WireRequest::target)
                .containsExactly("/echo", "/chunks", "/echo", "/none", "/same", "/echo?a=%20");
    }

    @Test
    void streamsAHundredMebibytesBothWays() throws IOException {
        int mebibyte = 1024 * 1024;
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), proxy.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + 100 * mebibyte + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100; i++) {
                out.write(new byte[mebibyte]);
            }
            HttpHead answer = HttpHead.read(socket.getInputStream());
            assertThat(answer).isNotNull();
            assertThat(answer.first("Content-Length")).hasValue(Integer.toString(100 * mebibyte));
            socket.getInputStream().skipNBytes(100L * mebibyte);
        }
    }

    @Test
    void keepsTheHostHeaderUnlessToldToRewriteIt() throws IOException {
        URI direct = URI.create(uri(server.getAddress().getPort(), "/"));
        assertThat(Http.send("GET", at("/"), "").headers().firstValue("X-Host"))
                .hasValue(proxy.uri().getAuthority());
        try (FaultProxy rewriting = FaultProxy.rewritingHostInFrontOf(direct)) {
            assertThat(Http.send("GET", rewriting.uri(), "").headers().firstValue("X-Host"))
                    .hasValue(direct.getAuthority());
        }
    }

    @Test
    void aLocationOnTheServerBecomesOneOnTheProxy() throws IOException {
        assertThat(Http.send("GET", at("/moved"), "").headers().firstValue("Location"))
                .hasValue(at("/there").toString());
    }

    @Test
    void cutBeforeSendingNeverReachesTheServer() {
        proxy.arm(WireFault.cutBeforeSending(), WireRequest.any());
        assertThatThrownBy(() -> put("/a")).isInstanceOf(IOException.class);
        assertThat(applied).isEmpty();
        proxy.assertFired();
    }

    @Test
    void resetIsSeenAsAReset() throws IOException {
        proxy.arm(WireFault.resetBeforeSending(), WireRequest.any());
        try (Wire wire = new Wire(proxy.uri().getPort())) {
            assertThatThrownBy(() -> wire.send("GET /a HTTP/1.1\r\n\r\n"))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
        assertThat(applied).isEmpty();
        proxy.assertFired();
    }

    @Test
    void applyThenCutReachesTheServerAndNothingComesBack() {
        proxy.arm(WireFault.applyThenCut(), WireRequest.any());
        assertThatThrownBy(() -> put("/a")).isInstanceOf(IOException.class);
        assertThat(applied).containsExactly("PUT /a");
        proxy.assertFired();
    }

    @Test
    void applyThenResetReachesTheServerAndNothingComesBack() throws IOException {
        proxy.arm(WireFault.applyThenReset(), WireRequest.any());
        try (Wire wire = new Wire(proxy.uri().getPort())) {
            assertThatThrownBy(() -> wire.send("GET /a HTTP/1.1\r\n\r\n")).isInstanceOf(SocketException.class);
        }
        assertThat(applied).containsExactly("GET /a");
        proxy.assertFired();
    }

    @Test
    void answersInTheServersPlaceAndKeepsTheConnection() throws IOException {
        proxy.arm(WireFault.answer(503, "application/xml", "<Code>SlowDown</Code>"), WireRequest.any());
        try (Wire wire = new Wire(proxy.uri().getPort())) {
            assertThat(wire.send("PUT /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"))
                    .startsWith("HTTP/1.1 503")
                    .endsWith("<Code>SlowDown</Code>");
            assertThat(applied).isEmpty();
            assertThat(wire.send("PUT /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"))
                    .startsWith("HTTP/1.1 200");
        }
        proxy.assertFired();
    }

    @Test
    void aHangingRequestGoesOnWhenReleased() throws Exception {
        ArmedWireFault hang = proxy.arm(WireFault.hang(), WireRequest.any());
        CompletableFuture<Integer> status = async(() -> put("/a"));
        hang.awaitFired(SOON);
        assertThat(applied).isEmpty();
        assertThat(status).isNotDone();
        assertThat(hang.release()).isEmpty();
        assertThat(status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
        assertThat(applied).containsExactly("PUT /a");
    }

    @Test
    void aHangingAnswerGoesOnWhenReleased() throws Exception {
        ArmedWireFault hang = proxy.arm(WireFault.applyThenHang(), WireRequest.any());
        CompletableFuture<Integer> status = async(() -> put("/a"));
        hang.awaitFired(SOON);
        assertThat(applied).containsExactly("PUT /a");
        assertThat(status).isNotDone();
        assertThat(hang.release()).isEmpty();
        assertThat(status.get(10, TimeUnit.SECONDS)).isEqualTo(200);
    }

    @Test
    void closingEndsAHangingRequestWithoutSendingIt() throws Exception {
        ArmedWireFault hang = proxy.arm(WireFault.hang(), WireRequest.any());
        CompletableFuture<Integer> status = async(() -> put("/a"));
        hang.awaitFired(SOON);
        proxy.close();
        assertThat(status).failsWithin(SOON);
        assertThat(applied).isEmpty();
    }

    @Test
    void aDripTakesItsTime() throws IOException {
        proxy.arm(WireFault.drip(200), WireRequest.any());
        long start = System.nanoTime();
        assertThat(Http.send("PUT", at("/echo"), "x".repeat(40)).body()).hasSize(40);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(200));
        proxy.assertFired();
    }

    @Test
    void aLateRequestArrivesAfterItsClientWasCut() throws IOException {
        ArmedWireFault late = proxy.arm(WireFault.sendLate(), WireRequest.targetContains("/a"));
        assertThatThrownBy(() -> put("/a")).isInstanceOf(IOException.class);
        assertThat(put("/b")).isEqualTo(200);
        assertThat(applied).containsExactly("PUT /b");
        assertThat(late.release()).containsExactly(200);
        assertThat(applied).containsExactly("PUT /b", "PUT /a");
        assertThat(late.release()).isEmpty();
    }

    @Test
    void aRequestSentTwiceArrivesAgainWhenReleased() throws IOException {
        ArmedWireFault twice = proxy.arm(WireFault.sendTwice(), WireRequest.targetContains("/a"));
        assertThat(put("/a")).isEqualTo(200);
        assertThat(put("/b")).isEqualTo(200);
        assertThat(twice.release()).containsExactly(200);
        assertThat(applied).containsExactly("PUT /a", "PUT /b", "PUT /a");
    }

    @Test
    void aFaultChoosesByMethodTargetHeaderAndCount() throws IOException {
        ArmedWireFault fault = proxy.arm(
                WireFault.answer(500),
                WireRequest.method("PUT")
                        .and(WireRequest.targetContains("key"))
                        .and(WireRequest.header("X-Op", "Lock")),
                1,
                2);
        assertThat(Http.status("PUT", at("/key"), "x", "x-op", "PutLock")).isEqualTo(200);
        assertThat(Http.status("GET", at("/key"), "", "X-Op", "PutLock")).isEqualTo(200);
        assertThat(Http.status("PUT", at("/other"), "x", "X-Op", "PutLock")).isEqualTo(200);
        assertThat(Http.status("PUT", at("/key"), "x", "X-Op", "Unlock")).isEqualTo(200);
        assertThat(Http.status("PUT", at("/key"), "x", "X-Op", "PutLock")).isEqualTo(500);
        assertThat(fault.fired()).isEqualTo(1);
        assertThatThrownBy(proxy::assertFired).isInstanceOf(AssertionError.class);
        assertThat(Http.status("PUT", at("/key"), "x", "X-Op", "PutLock")).isEqualTo(500);
        assertThat(Http.status("PUT", at("/key"), "x", "X-Op", "PutLock")).isEqualTo(200);
        proxy.assertFired();
        assertThat(proxy.count(WireRequest.method("PUT"))).isEqualTo(6);
        assertThat(proxy.count(WireRequest.header("x-op", "Unlock"))).isEqualTo(1);
        proxy.forgetRequests();
        assertThat(proxy.requests()).isEmpty();
    }

    @Test
    void aFaultThatDidNotFireFailsTheTest() throws IOException {
        ArmedWireFault unfired = proxy.arm(WireFault.hang(), WireRequest.method("DELETE"));
        assertThat(put("/a")).isEqualTo(200);
        assertThatThrownBy(proxy::assertFired)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("hang, fired 0 of 1 times")
                .hasMessageContaining("PUT /a");
        assertThatThrownBy(() -> unfired.awaitFired(Duration.ofMillis(1))).isInstanceOf(AssertionError.class);
    }

    @Test
    void refusesWhatItCannotLookInto() {
        assertThatThrownBy(() -> FaultProxy.inFrontOf(URI.create("https://127.0.0.1/")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private int put(String path) throws IOException {
        return Http.status("PUT", at(path), "x");
    }

    private URI at(String path) {
        return URI.create(uri(proxy.uri().getPort(), path));
    }

    private static String uri(int port, String path) {
        return "http://127.0.0.1:" + port + path;
    }

    private CompletableFuture<Integer> async(Callable<Integer> request) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(request.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /** One connection and the bytes on it. */
    private static final class Wire implements AutoCloseable {

        private final Socket socket;

        Wire(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
        }

        /** Sends bytes and returns the answers' heads and the last one's body, as text. */
        String send(String request) throws IOException {
            socket.getOutputStream()
                    .write(request.replaceFirst("\r\n", "\r\nHost: x\r\n").getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            HttpHead head;
            do {
                head = HttpHead.read(in);
                text.append(head == null ? "closed" : head.startLine()).append('\n');
            } while (head != null && head.status() < 200);
            if (head != null) {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                Unframed.copy(HttpBody.ofAnswer(head, request.split(" ", 2)[0]), in, body);
                text.append(body.toString(StandardCharsets.ISO_8859_1));
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** A body without its chunks' sizes. */
    private static final class Unframed {
        static void copy(HttpBody body, InputStream in, OutputStream out) throws IOException {
            if (!(body instanceof HttpBody.Chunked)) {
                body.copy(in, out);
                return;
            }
            for (int size = size(in); size > 0; size = size(in)) {
                new HttpBody.Fixed(size).copy(in, out);
                HttpHead.readLine(in);
            }
            HttpHead.readLine(in);
        }

        private static int size(InputStream in) throws IOException {
            return Integer.parseInt(HttpHead.require(HttpHead.readLine(in)), 16);
        }
    }
}
