package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Stores that ignore conditions, as some S3-compatible ones do. */
class ConditionProbeTest {

    private static final StateKey KEY = StateKey.of("probe.tfstate");

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private boolean checksPuts;
    private boolean checksDeletes;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(HttpExchange request) throws IOException {
        byte[] body = request.getRequestBody().readAllBytes();
        String object = request.getRequestURI().getPath();
        String query = String.valueOf(request.getRequestURI().getQuery());
        boolean there = objects.containsKey(object);
        request.getResponseHeaders().add("ETag", "\"e" + objects.getOrDefault(object, body).length + "\"");
        if (query.contains("versioning")) {
            answer(request, 200, "<VersioningConfiguration/>".getBytes(UTF_8));
        } else if (request.getRequestMethod().equals("PUT")) {
            boolean refused =
                    checksPuts && (there || request.getRequestHeaders().containsKey("If-Match"));
            if (!refused) {
                objects.put(object, body);
            }
            answer(request, refused ? 412 : 200, new byte[0]);
        } else if (request.getRequestMethod().equals("DELETE")) {
            boolean refused = checksDeletes && request.getRequestHeaders().containsKey("If-Match");
            if (!refused) {
                objects.remove(object);
            }
            answer(request, refused ? 412 : 204, new byte[0]);
        } else {
            answer(request, there ? 200 : 404, objects.getOrDefault(object, new byte[0]));
        }
    }

    private static void answer(HttpExchange request, int status, byte[] body) throws IOException {
        request.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        request.getResponseBody().write(body);
        request.close();
    }

    private S3Backend.Builder builder() {
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return S3Backend.builder("bucket")
                .endpoint(endpoint)
                .region("us-east-1")
                .credentials(S3TestStore.CREDENTIALS);
    }

    @Test
    void aStoreThatIgnoresIfNoneMatchIsRefusedWithAClearError() {
        assertThatThrownBy(() -> builder().build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("If-None-Match")
                .hasMessageContaining("s3://bucket")
                .hasMessageContaining("exclude nobody");
    }

    @Test
    void theProbeLeavesNothingBehind() {
        checksPuts = true;
        checksDeletes = true;
        builder().build().close();
        assertThat(objects).isEmpty();
    }

    @Test
    void aStoreWithoutConditionalDeleteTakesOnlyLocksWithoutLease() throws Exception {
        checksPuts = true;
        try (S3Backend backend = builder().build()) {
            assertThat(backend.capabilities().leases()).isFalse();
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LockOptions.operation("leased")))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("noLease");
            HeldLock lock = backend.locks()
                    .acquire(
                            KEY,
                            LockOptions.builder().operation("lasting").noLease().build());
            lock.release();
            assertThat(objects).isEmpty();
        }
    }

    @Test
    void theTestServerChecksItsConditions() {
        S3TestStore store = S3TestStore.shared();
        try (S3Backend backend = S3Backend.builder(store.bucket)
                .endpoint(TestServers.s3().uri())
                .credentials(S3TestStore.CREDENTIALS)
                .build()) {
            assertThat(backend.capabilities().leases()).isTrue();
        }
    }
}
