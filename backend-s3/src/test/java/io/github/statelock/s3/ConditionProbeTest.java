package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.TestServers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stores that ignore conditions, as some S3-compatible ones do. */
@Tag("real-time")
class ConditionProbeTest {

    private static final StateKey KEY = StateKey.of("probe.tfstate");
    private static final byte[] CONTENT = "{}".getBytes(UTF_8);
    private static final LockOptions LASTING =
            LockOptions.builder().operation("lasting").noLease().build();

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();
    private final List<String> changed = new CopyOnWriteArrayList<>();
    private final AtomicInteger unavailable = new AtomicInteger();
    private volatile boolean checksPuts;
    private volatile boolean checksDeletes;
    private volatile @Nullable CountDownLatch hang;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange request) throws IOException {
        byte[] body = request.getRequestBody().readAllBytes();
        String object = request.getRequestURI().getPath();
        String query = String.valueOf(request.getRequestURI().getQuery());
        if (!request.getRequestMethod().equals("GET")) {
            changed.add(object);
            if (unavailable.getAndDecrement() > 0) {
                answer(request, 503, new byte[0]);
                return;
            }
            awaitEnd();
        }
        boolean there = objects.containsKey(object);
        String etag = etag(objects.getOrDefault(object, body));
        request.getResponseHeaders().add("ETag", etag);
        boolean refused = isRefused(request, there, etag);
        if (query.contains("versioning")) {
            answer(request, 200, "<VersioningConfiguration/>".getBytes(UTF_8));
        } else if (query.contains("list-type")) {
            answer(request, 200, "<ListBucketResult/>".getBytes(UTF_8));
        } else if (request.getRequestMethod().equals("PUT")) {
            if (!refused || !checksPuts) {
                objects.put(object, body);
                request.getResponseHeaders().set("ETag", etag(body));
            }
            answer(request, refused && checksPuts ? 412 : 200, new byte[0]);
        } else if (request.getRequestMethod().equals("DELETE")) {
            if (!refused || !checksDeletes) {
                objects.remove(object);
            }
            answer(request, refused && checksDeletes ? 412 : 204, new byte[0]);
        } else {
            answer(request, there ? 200 : 404, objects.getOrDefault(object, new byte[0]));
        }
    }

    private static String etag(byte[] body) {
        return "\"e" + body.length + "\"";
    }

    /** Whether a store that checks conditions refuses the request. */
    private static boolean isRefused(HttpExchange request, boolean there, String etag) {
        String ifMatch = request.getRequestHeaders().getFirst("If-Match");
        return (there && request.getRequestHeaders().containsKey("If-None-Match"))
                || (ifMatch != null && !(there && ifMatch.equals(etag)));
    }

    private void awaitEnd() throws IOException {
        CountDownLatch end = hang;
        try {
            if (end != null) {
                end.await();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
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
    void aStoreThatIgnoresIfNoneMatchIsRefusedBeforeALockOrAStateIsWritten() {
        try (S3Backend backend = builder().build()) {
            List<ThrowingCallable> changes = List.of(
                    () -> backend.locks().acquire(KEY, LASTING),
                    () -> backend.states().write(KEY, CONTENT, WriteCondition.ifAbsent()),
                    () -> backend.states().delete(KEY, WriteCondition.unconditional()),
                    () -> backend.capabilities().leases());
            assertThat(changes)
                    .allSatisfy(change -> assertThatThrownBy(change)
                            .isInstanceOf(BackendMisconfiguredException.class)
                            .hasMessageContaining("If-None-Match")
                            .hasMessageContaining("s3://bucket")
                            .hasMessageContaining("exclude nobody"));
        }
        assertThat(changed).isNotEmpty().allMatch(object -> object.contains("statelock-probe"));
    }

    /** With a lock table too: the states are in the bucket. */
    @Test
    void aLockTableNeedsTheProofAsWell() {
        S3TestStore store = S3TestStore.shared();
        try (S3Backend backend =
                builder().lockTable(store.table).dynamoDbClient(store.dynamoDb).build()) {
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LASTING))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("If-None-Match");
            assertThat(backend.locks().inspect(KEY)).isEmpty();
        }
    }

    /** Such as those of the commands ls, pull, show, locks and history: whoever may only read can use them. */
    @Test
    void whatOnlyReadsChangesNothing() {
        try (S3Backend backend = builder().build()) {
            assertThat(backend.states().read(KEY)).isEmpty();
            assertThat(backend.locks().inspect(KEY)).isEmpty();
            assertThat(backend.capabilities().history()).isFalse();
            assertThat(backend.capabilities().shortestLease()).isPositive();
            backend.states().list("");
            backend.locks().list("");
            backend.inspect();
        }
        assertThat(changed).isEmpty();
    }

    @Test
    void theProbeLeavesNothingBehind() throws Exception {
        checksPuts = true;
        checksDeletes = true;
        try (S3Backend backend = builder().build()) {
            backend.locks().acquire(KEY, LASTING);
        }
        assertThat(changed).anyMatch(object -> object.contains("statelock-probe"));
        assertThat(objects).isEmpty();
    }

    @Test
    void changesThatComeTogetherShareOneProbe() throws Exception {
        checksPuts = true;
        checksDeletes = true;
        try (S3Backend backend = builder().build()) {
            List<CompletableFuture<Void>> all = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> backend.states()
                                    .write(StateKey.of("key" + i), CONTENT, WriteCondition.unconditional()),
                            task -> new Thread(task).start()))
                    .toList();
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
        }
        assertThat(changed)
                .filteredOn(object -> object.contains("statelock-probe"))
                .as("three PUTs and two DELETEs of one object")
                .hasSize(5)
                .containsOnly(changed.get(0));
    }

    @Test
    void aStoreThatDoesNotServeIsAskedAgain() throws Exception {
        checksPuts = true;
        checksDeletes = true;
        unavailable.set(3);
        try (S3Backend backend = builder().build()) {
            backend.locks().acquire(KEY, LASTING).release();
        }
        assertThat(unavailable.get()).isNegative();
    }

    /** Nothing but the probe was sent, so nothing is unknown. */
    @Test
    @Timeout(60)
    void aStoreThatDoesNotAnswerTheProbeIsUnavailable() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        hang = end;
        try (S3Backend backend = builder()
                .callTimeout(Duration.ofSeconds(2))
                .transferTimeout(Duration.ofSeconds(4))
                .build()) {
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LASTING))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> backend.states().write(KEY, CONTENT, WriteCondition.unconditional()))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> backend.capabilities().leases()).isInstanceOf(BackendUnavailableException.class);
        } finally {
            end.countDown();
        }
        assertThat(changed).allMatch(object -> object.contains("statelock-probe"));
    }

    @Test
    void aStoreWithoutConditionalDeleteTakesOnlyLocksWithoutLease() throws Exception {
        checksPuts = true;
        try (S3Backend backend = builder().build()) {
            for (int i = 0; i < 2; i++) { // before it is known, and when it is
                assertThatThrownBy(() -> backend.locks().acquire(KEY, LockOptions.operation("leased")))
                        .isInstanceOf(BackendMisconfiguredException.class)
                        .hasMessageContaining("noLease");
                assertThat(backend.capabilities().leases()).isFalse();
            }
            backend.locks().acquire(KEY, LASTING).release();
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
