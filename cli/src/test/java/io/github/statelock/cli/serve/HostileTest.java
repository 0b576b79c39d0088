package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that want to do harm, and have no password. */
@Tag("real-time")
class HostileTest {

    private static final String POST = "POST /a HTTP/1.1\r\nHost: localhost\r\n";

    private final Store store = new Store();

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "\u0016", "GET /a HTTP/1.1\r\nHost: loc", "POST /a HTTP/1.1\r\nHost: localhost\r\n"})
    void manyConnectionsThatSendAlmostNothingKeepNobodyWaiting(String beginning) throws Exception {
        Served served = store.serve();
        List<Raw> slow = new ArrayList<>();
        try {
            for (int i = 0; i < Connections.MOST_OF_ONE + 50; i++) {
                Raw raw = new Raw(served.port());
                raw.send(beginning);
                slow.add(raw);
            }
            assertThat(served.send(served.request("/healthz")).status()).isEqualTo(200);
            assertThat(served.lock(Store.client()).status()).isEqualTo(200);
        } finally {
            for (Raw raw : slow) {
                raw.close();
            }
        }
    }

    @Test
    void manyHalfSentBodiesKeepNobodyWaiting() throws Exception {
        Served served = store.serve();
        List<Raw> slow = new ArrayList<>();
        try {
            for (int i = 0; i < Workers.THREADS + 20; i++) {
                Raw raw = new Raw(served.port());
                raw.send(POST + "Content-Length: 100\r\n\r\nabc");
                slow.add(raw);
            }
            assertThat(served.send(served.request("/healthz")).status()).isEqualTo(200);
            assertThat(served.lock(Store.client()).status()).isEqualTo(200);
        } finally {
            for (Raw raw : slow) {
                raw.close();
            }
        }
    }

    @Test
    void aHeadThatTakesTooLongIsCutAndAnotherConnectionIsNot() throws Exception {
        Served served = store.serve();
        try (Raw slow = new Raw(served.port());
                Raw other = new Raw(served.port())) {
            slow.send("GET /a HTTP/1.1\r\n");
            other.send(POST + "Content-Length: 3\r\n\r\n");
            awaitConnections(served, 2);
            awaitBody(served);
            store.ticker.advance(Connections.Phase.HEAD.limit);
            served.server.sweep();
            assertThat(slow.answer()).isEmpty();
            assertThat(other.send("abc").rest()).startsWith("HTTP/1.1 200");
        }
    }

    /** Besides the one that asks. */
    private static void awaitConnections(Served served, int count) {
        String line = "statelock_http_connections " + (count + 1) + ".0\n";
        while (!served.send(served.request("/metrics")).body().contains(line)) {
            Thread.onSpinWait();
        }
    }

    /** Two requests are under way: this one, and the one whose body is awaited. */
    private static void awaitBody(Served served) {
        while (!served.send(served.request("/metrics")).body().contains("statelock_http_requests_active 2")) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aConnectionThatEndedIsNotCountedAnyMore() throws Exception {
        Served served = store.serve();
        for (int i = 0; i < 5; i++) {
            try (Raw raw = new Raw(served.port())) {
                raw.send("G");
                awaitConnections(served, 1);
            }
            awaitConnections(served, 0);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                POST + "Content-Length: -3\r\n\r\nabc",
                POST + "Content-Length: 99999999999999999999\r\n\r\nabc",
                POST + "Transfer-Encoding: nonsense\r\nContent-MD5: a\r\n\r\nabc",
                POST + "Transfer-Encoding: chunked\r\nContent-MD5: a\r\n\r\nFFFFFFFFFFFF\r\nabc",
                POST + "Transfer-Encoding: chunked\r\nContent-MD5: a\r\n\r\n-1\r\nabc",
                POST + "Host: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST /a HTTP/1.1\nHost: localhost\nContent-Length: 3\n\nabc",
                "POST /a\r\n\r\nabc",
                "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
                "post /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST /\u00c3\u00b6 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST /a\u00ff HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST /a#b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST /a?ID=\u00c3\u00b6 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST //a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "POST http://evil.example/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
                "TRACE /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n",
                "GET /../a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%2e%2e/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /a%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /a%0d%0aX: HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%C0%AE%C0%AE/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
            })
    void whatIsNoProperRequestIsRefusedAndStoresNothing(String request) throws Exception {
        Served served = store.serve();
        try (Raw raw = new Raw(served.port())) {
            assertThat(raw.send(request).rest())
                    .matches("(?s)(HTTP/1\\.1 (4|505).*)?")
                    .doesNotContain("<html");
        }
        assertThat(store.other().states().list("")).isEmpty();
        assertThat(served.send(served.request("/healthz")).status()).isEqualTo(200);
    }

    @Test
    void aChunkThatIsTooLongForAnyNumberIsTheClientsFault() throws Exception {
        Served served = store.serve();
        try (Raw raw = new Raw(served.port())) {
            raw.send(POST + "Transfer-Encoding: chunked\r\nContent-MD5: a\r\n\r\nFFFFFFFFFFFF\r\nabc");
            assertThat(raw.rest()).startsWith("HTTP/1.1 400");
        }
        assertThat(served.visit().failure()).isEmpty();
    }

    @Test
    void aLongHeadIsRefused() throws Exception {
        Served served = store.serve();
        try (Raw raw = new Raw(served.port())) {
            raw.send("GET /a HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n");
            assertThat(raw.rest()).startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void aBodyIsAskedForOnlyOfThoseWhoAreLetIn() throws Exception {
        Served served = store.serve(Store.with(Authentication.none().orBearer("t")));
        String expect = POST + "Content-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n";
        try (Raw raw = new Raw(served.port())) {
            assertThat(raw.send(expect + "\r\n").answer())
                    .startsWith("HTTP/1.1 401")
                    .doesNotContain("100 Continue");
        }
        try (Raw raw = new Raw(served.port())) {
            raw.send(expect + "Authorization: Bearer t\r\n\r\n");
            raw.awaitText("HTTP/1.1 100");
            assertThat(raw.send("abc").rest()).contains("HTTP/1.1 200");
        }
    }
}
