package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.StateBackend;
import io.github.statelock.engine.Ticker;
import io.github.statelock.terraform.LockInfoCodec;
import io.github.statelock.testkit.FaultPlan;
import io.github.statelock.testkit.FaultyDriver;
import io.github.statelock.testkit.FaultyStateDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A server under test, and its clients. */
final class Served implements AutoCloseable {

    static final String PATH = "/" + Store.KEY.value();

    final HttpBackendServer server;
    final StateBackend backend;
    private final BlockingQueue<Visit> visits = new LinkedBlockingQueue<>();
    private final FaultyDriver locks;
    private final FaultyStateDriver states;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Served(
            ServerSettings settings,
            StateBackend backend,
            FaultyDriver locks,
            FaultyStateDriver states,
            Ticker ticker,
            ByteBudget budget) {
        this.backend = backend;
        this.locks = locks;
        this.states = states;
        try {
            this.server = HttpBackendServer.start(settings, backend, visits::add, ticker, Store.TURN_PATIENCE, budget);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    FaultPlan<FaultyDriver.Operation> lockFaults() {
        return locks.faults();
    }

    FaultPlan<FaultyStateDriver.Operation> stateFaults() {
        return states.faults();
    }

    /** An answer, whole. */
    record Reply(int status, String body, HttpResponse<byte[]> response) {
        LockInfo holder() {
            return LockInfoCodec.decode(response.body());
        }
    }

    /** The next line of the access log, which is written when the client has its answer already. */
    Visit visit() {
        try {
            Visit visit = visits.poll(60, TimeUnit.SECONDS);
            assertThat(visit).as("a line in the access log").isNotNull();
            return visit;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.address().getPort();
    }

    HttpRequest.Builder request(String pathAndQuery) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + pathAndQuery))
                .timeout(Duration.ofSeconds(60));
    }

    Reply send(HttpRequest.Builder request) {
        return sending(request).join();
    }

    CompletableFuture<Reply> sending(HttpRequest.Builder request) {
        return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(r -> new Reply(r.statusCode(), new String(r.body(), UTF_8), r));
    }

    /** Without a body, and without a header that speaks of one. */
    HttpRequest.Builder request(String method, String pathAndQuery) {
        return request(pathAndQuery).method(method, HttpRequest.BodyPublishers.noBody());
    }

    /** As both clients send what has a body. */
    HttpRequest.Builder request(String method, String pathAndQuery, byte[] body) {
        HttpRequest.Builder request =
                request(pathAndQuery).method(method, HttpRequest.BodyPublishers.ofByteArray(body));
        return request.header("Content-MD5", md5(body));
    }

    Reply get() {
        return send(request(PATH));
    }

    Reply lock(LockInfo info) {
        return send(request("LOCK", PATH, LockInfoCodec.encode(info)));
    }

    Reply unlock(LockInfo info) {
        return send(request("UNLOCK", PATH, LockInfoCodec.encode(info)));
    }

    /** As OpenTofu's force-unlock: only the ID is set. */
    Reply unlockById(String id) {
        String body = "{\"ID\":\"" + id + "\",\"Operation\":\"\",\"Info\":\"\",\"Who\":\"\",\"Version\":\"\","
                + "\"Created\":\"0001-01-01T00:00:00Z\",\"Path\":\"\"}";
        return send(request("UNLOCK", PATH, body.getBytes(UTF_8)));
    }

    /** As Terraform's force-unlock. */
    Reply unlockWithoutBody() {
        return send(request("UNLOCK", PATH, new byte[0]));
    }

    Reply post(byte[] state) {
        return send(request("POST", PATH, state));
    }

    Reply post(byte[] state, String lockId) {
        return send(request("POST", PATH + "?ID=" + lockId, state));
    }

    static String md5(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a crash: what is under way is cut, and nothing is released. */
    @Override
    public void close() {
        locks.faults().disarmAll();
        states.faults().disarmAll();
        server.close();
        backend.close();
    }
}
