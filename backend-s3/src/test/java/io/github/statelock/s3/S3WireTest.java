package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What goes over the wire and no test server looks at: the headers of encryption, and a body that is not what was stored. */
class S3WireTest {

    private static final String CUSTOMER = "X-amz-server-side-encryption-customer-";
    private static final String SSE = "X-amz-server-side-encryption";
    private static final StateKey KEY = StateKey.of("network.tfstate");
    private static final byte[] CONTENT = "{\"serial\":1}".getBytes(StandardCharsets.UTF_8);

    /** One request: its method, its path, and its headers. */
    private record Seen(String method, String path, Map<String, List<String>> headers) {
        boolean has(String header, String value) {
            return headers.getOrDefault(header, List.of()).contains(value);
        }
    }

    private final List<Seen> requests = new CopyOnWriteArrayList<>();
    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private volatile String checksum = "";
    private HttpServer server;

    S3WireTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void aBodyThatDoesNotHaveItsChecksumIsCorrupt() throws Exception {
        objects.put("/bucket/" + KEY, CONTENT);
        checksum = sha256("something else".getBytes(StandardCharsets.UTF_8));
        try (S3Backend backend = backend(S3Encryption.bucketDefault())) {
            assertThatExceptionOfType(StateCorruptException.class)
                    .isThrownBy(() -> backend.states().read(KEY))
                    .withMessageContaining("bucket/network.tfstate");
        }
    }

    @Test
    void aBodyThatHasItsChecksumIsRead() throws Exception {
        objects.put("/bucket/" + KEY, CONTENT);
        checksum = sha256(CONTENT);
        try (S3Backend backend = backend(S3Encryption.bucketDefault())) {
            assertThat(backend.states().read(KEY).map(State::bytes)).contains(CONTENT);
        }
    }

    @Test
    void theCustomersKeyIsOnEveryReadAndWriteOfStateAndLock() throws Exception {
        byte[] key = new byte[32];
        lockReadAndWrite(S3Encryption.sseC(key));
        String md5 = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(key));
        assertThat(ofObjects("PUT", "GET"))
                .isNotEmpty()
                .allMatch(seen -> seen.has(CUSTOMER + "algorithm", "AES256")
                        && seen.has(CUSTOMER + "key", Base64.getEncoder().encodeToString(key))
                        && seen.has(CUSTOMER + "key-md5", md5));
        assertThat(ofObjects("PUT")).anyMatch(seen -> seen.path().endsWith(".tflock"));
    }

    @Test
    void theKmsKeyIsOnEveryWriteOfStateAndLock() throws Exception {
        lockReadAndWrite(S3Encryption.sseKms("alias/states"));
        assertThat(ofObjects("PUT"))
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(seen -> seen.has(SSE, "aws:kms") && seen.has(SSE + "-aws-kms-key-id", "alias/states"));
    }

    @Test
    void withoutEncryptionOfItsOwnNothingIsAskedFor() throws Exception {
        lockReadAndWrite(S3Encryption.bucketDefault());
        assertThat(ofObjects("PUT", "GET"))
                .isNotEmpty()
                .noneMatch(seen -> seen.headers().keySet().stream().anyMatch(name -> name.startsWith(SSE)));
    }

    private void lockReadAndWrite(S3Encryption encryption) throws InterruptedException {
        try (S3Backend backend = backend(encryption);
                LockedState state = backend.lock(KEY, LockOptions.operation("apply"))) {
            state.read();
            state.write(CONTENT);
        }
    }

    private List<Seen> ofObjects(String... methods) {
        return requests.stream()
                .filter(seen ->
                        List.of(methods).contains(seen.method()) && seen.path().startsWith("/bucket/"))
                .toList();
    }

    private S3Backend backend(S3Encryption encryption) {
        return S3Backend.builder("bucket")
                .endpoint(URI.create("http://127.0.0.1:" + server.getAddress().getPort()))
                .region("us-east-1")
                .credentials(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .verifyConditionalWrites(false)
                .encryption(encryption)
                .build();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(new Seen(exchange.getRequestMethod(), path, Map.copyOf(exchange.getRequestHeaders())));
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("ETag", "\"0123456789abcdef0123456789abcdef\"");
        byte[] stored = objects.getOrDefault(path, new byte[0]);
        boolean isRead = exchange.getRequestMethod().equals("GET");
        if (isRead && path.equals("/bucket")) {
            send(exchange, 200, "<VersioningConfiguration/>".getBytes(StandardCharsets.UTF_8));
        } else if (isRead && stored.length == 0) {
            send(exchange, 404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
        } else if (isRead) {
            exchange.getResponseHeaders().set("x-amz-checksum-sha256", checksum);
            send(exchange, 200, stored);
        } else {
            exchange.sendResponseHeaders(exchange.getRequestMethod().equals("DELETE") ? 204 : 200, -1);
            exchange.close();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String sha256(byte[] content) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
