package io.github.statelock.cli.serve;

import static io.github.statelock.cli.serve.Store.client;
import static io.github.statelock.cli.serve.Store.state;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.cli.serve.Served.Reply;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is about HTTP rather than locks: addresses, bodies, health, errors, the log. */
class HttpTest {

    private final Store store = new Store();

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void healthAsksNeitherTheStoreNorForAPassword() {
        Served served = store.serve(Store.with(Authentication.none().orBearer("t")));
        Reply health = served.send(served.request("/healthz"));
        assertThat(health.status()).isEqualTo(200);
        assertThat(health.body()).isEqualTo("ok\n");
        assertThat(served.lockFaults().count() + served.stateFaults().count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a//b",
                "/../a",
                "/a/./b",
                "/a%2F..%2Fb",
                "/a%00b",
                "/a%5Cb",
                "/a.tflock",
                "/a-md5",
                "/%FF",
                "/%E2%82",
                "/%68ealthz",
                "/metric%73"
            })
    void aPathThatIsNoKeyIsRefused(String path) {
        Served served = store.serve();
        assertThat(served.send(served.request("POST", path, state(1, "a"))).status())
                .isEqualTo(400);
        assertThat(store.other().states().list("")).isEmpty();
    }

    @Test
    void noStateIsNamedHealthz() {
        Served served = store.serve();
        assertThat(served.send(served.request("POST", "/healthz", state(1, "a")))
                        .status())
                .isEqualTo(400);
        assertThat(served.send(served.request("LOCK", "/healthz", "{\"ID\":\"a\"}".getBytes(UTF_8)))
                        .status())
                .isEqualTo(400);
        assertThat(served.send(served.request("POST", "/a/healthz", state(1, "a")))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aSecondSlashAtTheBeginningDoesNotTurnTheFirstSegmentIntoAHost() throws Exception {
        Served served = store.serve();
        try (Raw raw = new Raw(served.port())) {
            assertThat(raw.send("GET //prod/network.tfstate HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .answer())
                    .startsWith("HTTP/1.1 400");
        }
    }

    @Test
    void theQueryNamesOneLock() {
        Served served = store.serve();
        LockInfo client = client();
        served.lock(client);
        byte[] state = state(1, "a");
        String id = client.id();
        assertThat(served.send(served.request("POST", Served.PATH + "?ID=" + id + "&ID=x", state))
                        .status())
                .isEqualTo(400);
        assertThat(served.send(served.request("POST", Served.PATH + "?ID=", state))
                        .status())
                .isEqualTo(400);
        assertThat(served.send(served.request("POST", Served.PATH + "?ID=%0A", state))
                        .status())
                .isEqualTo(400);
        assertThat(served.send(served.request("POST", Served.PATH + "?a=b&ID=" + id.replace("-", "%2D"), state))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void otherMethodsAreRefused() {
        Served served = store.serve();
        Reply refused = served.send(served.request("PATCH", Served.PATH, state(1, "a")));
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.response().headers().firstValue("Allow").orElseThrow())
                .contains("LOCK");
    }

    @Test
    void anEmptyStateIsRefused() {
        Served served = store.serve();
        assertThat(served.post(new byte[0]).status()).isEqualTo(400);
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void aStateIsTakenUpToTheCapAndNotAByteMore() {
        Served served = store.serve(Store.atMost(1000));
        assertThat(served.post(new byte[1001]).status()).isEqualTo(413);
        assertThat(served.visit().received()).as("refused by its length alone").isZero();
        assertThat(store.state()).isEmpty();
        byte[] most = "x".repeat(1000).getBytes(UTF_8);
        assertThat(served.post(most).status()).isEqualTo(200);
    }

    @Test
    void aChunkedStateIsCappedTooAndNotReadToItsEnd() {
        Served served = store.serve(Store.atMost(1000));
        byte[] big = new byte[100_000];
        HttpRequest.Builder chunked = served.request(Served.PATH)
                .header("Content-MD5", Served.md5(big))
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(big)));
        assertThat(served.send(chunked).status()).isEqualTo(413);
        assertThat(served.visit().received()).isBetween(1001L, 50_000L);
    }

    @Test
    void aBodyThatWasChangedOnItsWayIsRefused() {
        Served served = store.serve();
        Reply refused = served.send(served.request(Served.PATH)
                .header("Content-MD5", Served.md5(state(1, "a")))
                .POST(HttpRequest.BodyPublishers.ofByteArray(state(1, "b"))));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(store.state()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"POST", "UNLOCK"})
    void aBodyThatEndsEarlyIsNeitherAStateNorAnEmptyBody(String method) throws Exception {
        Served served = store.serve();
        LockInfo client = client();
        served.lock(client);
        for (String body : List.of(
                "Content-Length: 10\r\n\r\n",
                "Content-Length: 10\r\n\r\n12345",
                "Transfer-Encoding: chunked\r\n\r\na\r\n",
                "Transfer-Encoding: chunked\r\nContent-MD5: abc\r\n\r\na\r\n",
                "Transfer-Encoding: chunked\r\nContent-MD5: abc\r\n\r\na\r\n12345",
                "Transfer-Encoding: chunked\r\nContent-MD5: abc\r\n\r\n")) {
            try (Raw raw = new Raw(served.port())) {
                String head = method + " " + Served.PATH + "?ID=" + client.id() + " HTTP/1.1\r\nHost: localhost\r\n";
                assertThat(raw.send(head + body).rest()).as(body).doesNotContain("HTTP/1.1 200");
            }
        }
        assertThat(store.state()).isEmpty();
        assertThat(store.lock()).isPresent();
    }

    @Test
    void anEmptyChunkedUnlockBreaksTheLockAsItsDigestSays() throws Exception {
        Served served = store.serve();
        served.lock(client());
        String head = "UNLOCK " + Served.PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        String empty = "Transfer-Encoding: chunked\r\n";
        try (Raw raw = new Raw(served.port())) {
            assertThat(raw.send(head + empty + "\r\n0\r\n\r\n").answer()).startsWith("HTTP/1.1 411");
        }
        assertThat(store.lock()).isPresent();
        try (Raw raw = new Raw(served.port())) {
            String md5 = "Content-MD5: " + Served.md5(new byte[0]) + "\r\n";
            assertThat(raw.send(head + empty + md5 + "\r\n0\r\n\r\n").answer()).startsWith("HTTP/1.1 200");
        }
        assertThat(store.lock()).isEmpty();
    }

    @Test
    void browsersAreKeptOut() {
        Served served = store.serve();
        assertThat(served.send(served.request("POST", Served.PATH, state(1, "a"))
                                .header("Sec-Fetch-Site", "cross-site"))
                        .status())
                .isEqualTo(403);
        assertThat(store.state()).isEmpty();
    }

    /** A name of an attacker's that resolves to this machine makes a browser's page and this server one origin. */
    @ParameterizedTest
    @CsvSource({
        "localhost, 404",
        "LocalHost:8080, 404",
        "127.0.0.1:1, 404",
        "127.1.2.3, 404",
        "[::1]:8080, 404",
        "evil.example, 421",
        "evil.example:8080, 421",
        "localhost.evil.example, 421",
        "127.0.0.1.evil.example, 421",
        "[::1, 400",
        "'', 400",
    })
    void withoutAuthenticationOnlyNamesOfThisMachineAreAnswered(String host, int status) throws Exception {
        Served open = store.serve();
        assertThat(statusFor(open, host, "")).isEqualTo(status);
        Served guarded = store.serve(Store.with(Authentication.none().orBearer("t")));
        assertThat(statusFor(guarded, host, "Authorization: Bearer t\r\n")).isEqualTo(status == 400 ? 400 : 404);
    }

    private static int statusFor(Served served, String host, String header) throws Exception {
        try (Raw raw = new Raw(served.port())) {
            String head =
                    "GET " + Served.PATH + " HTTP/1.1\r\nHost: " + host + "\r\n" + header + "Connection: close\r\n\r\n";
            return Integer.parseInt(raw.send(head).answer().substring(9, 12));
        }
    }

    @ParameterizedTest
    @CsvSource({"DENIED, 403", "THROTTLED, 503"})
    void whatTheStoreAnswersHasAStatusOfItsOwn(Fault fault, int status) {
        Served served = store.serve(
                Store.PLAIN,
                options -> options.callTimeout(Duration.ofMillis(300)).transferTimeout(Duration.ofMillis(300)));
        ArmedFault armed = served.stateFaults().arm(Operation.READ, fault, Integer.MAX_VALUE);
        Reply failed = served.get();
        armed.assertFired();
        assertThat(failed.status()).isEqualTo(status);
        assertThat(failed.response().headers().firstValue("Retry-After").isPresent())
                .isEqualTo(status == 503);
    }

    @Test
    void aWriteOfUnknownOutcomeIsAFailureThatSaysSo() {
        Served served = store.serve(
                Store.PLAIN,
                options -> options.callTimeout(Duration.ofMillis(300)).transferTimeout(Duration.ofMillis(300)));
        ArmedFault lost = served.stateFaults().arm(Operation.WRITE, Fault.CUT, Integer.MAX_VALUE);
        Reply unknown = served.post(state(1, "a"));
        lost.assertFired();
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.body()).contains("not known");
    }

    @Test
    void theAccessLogNamesTheLockAndNothingElseOfTheQuery() {
        Served served = store.serve();
        LockInfo client = client();
        served.lock(client);
        served.send(served.request("POST", Served.PATH + "?token=secret&ID=" + client.id(), state(1, "content"))
                .header("Authorization", "Bearer secret"));
        for (int length : new int[] {LockInfoCodec.encode(client).length, state(1, "content").length}) {
            Visit visit = served.visit();
            assertThat(visit.lockId()).contains(client.id());
            assertThat(visit.path()).isEqualTo(Served.PATH);
            assertThat(visit.remote()).isEqualTo("127.0.0.1");
            assertThat(visit.received()).isEqualTo(length);
            assertThat(visit.toString()).doesNotContain("secret").doesNotContain("content");
        }
    }
}
