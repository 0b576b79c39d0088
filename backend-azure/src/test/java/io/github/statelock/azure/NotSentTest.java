package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StateKey;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

/** What fails before the HTTP client has the request changed nothing; what fails later may have. */
@Tag("real-time")
class NotSentTest {

    private final TestContainer container = TestContainer.create();
    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final CallThreads threads = new CallThreads();
    private final StateKey key = StateKey.of("unsent/" + UUID.randomUUID());

    @AfterEach
    void close() {
        threads.close();
        proxy.close();
    }

    /** Fails before or after the rest of the pipeline, or waits before it. */
    private record Failing(Runnable before, Runnable after) implements HttpPipelinePolicy {

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            return Mono.fromRunnable(before).then(next.process()).doOnNext(answer -> after.run());
        }

        @Override
        public HttpResponse processSync(HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
            before.run();
            HttpResponse answer = next.processSync();
            after.run();
            return answer;
        }
    }

    private Blobs blobs(Runnable before, Runnable after, Duration timeout, CallThreads threads) {
        BlobContainerClient client = new BlobContainerClientBuilder()
                .endpoint(proxy.uri().toString())
                .containerName(container.name())
                .credential(new StorageSharedKeyCredential(TestContainer.ACCOUNT, TestContainer.KEY))
                .addPolicy(new Failing(before, after))
                .buildClient();
        return new Blobs(SentOnce.client(client), "", timeout, timeout, threads);
    }

    private Blobs failingBefore(RuntimeException failure) {
        return blobs(throwing(failure), () -> {}, Duration.ofSeconds(30), threads);
    }

    private static Runnable throwing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private static RuntimeException failure(String type) {
        return switch (type) {
            case "IllegalArgument" -> new IllegalArgumentException("Illegal base64 character");
            case "IllegalState" -> new IllegalStateException("no such header");
            case "Token" -> new ClientAuthenticationException("sign in", null, new IOException("not reached"));
            default -> new RuntimeException("such as a token service that does not answer");
        };
    }

    @ParameterizedTest
    @CsvSource({
        "IllegalArgument, BackendMisconfiguredException",
        "IllegalState, BackendMisconfiguredException",
        "Token, BackendDeniedException",
        "Other, BackendUnavailableException"
    })
    void whatFailsBeforeTheSendChangedNothing(String type, String meaning) {
        Blobs blobs = failingBefore(failure(type));

        assertFails(() -> blobs.acquireLease(key, UUID.randomUUID().toString(), 15, Optional.empty()), meaning);
        assertFails(() -> blobs.put(key, "x".getBytes(UTF_8), Map.of(), Optional.empty(), Optional.empty()), meaning);
        assertFails(() -> blobs.head(key, Optional.empty()), meaning);
        assertFails(() -> blobs.read(key), meaning);
        assertThat(proxy.requests()).isEmpty();
    }

    private static void assertFails(Supplier<?> request, String meaning) {
        assertThatThrownBy(request::get).isInstanceOfSatisfying(BlobFailure.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            assertThat(e.refusal().getClass().getSimpleName()).isEqualTo(meaning);
            assertThat(e.refusal()).hasMessageEndingWith("Nothing was changed.");
        });
    }

    @ParameterizedTest
    @CsvSource({"IllegalArgument", "IllegalState", "Other"})
    void whatFailsAfterTheSendIsUnknown(String type) {
        Blobs blobs = blobs(() -> {}, throwing(failure(type)), Duration.ofSeconds(30), threads);

        assertThatThrownBy(() -> blobs.create(key))
                .isInstanceOfSatisfying(
                        BlobFailure.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNANSWERED));
        assertThat(container.exists(key)).as("it was applied").isTrue();
    }

    /** The caller goes on as if nothing was applied, so the request must not follow, however late its thread goes on. */
    @Test
    void whatWasGivenUpBeforeTheSendIsNeverSent() throws Exception {
        CountDownLatch ready = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Runnable slow = () -> awaitInSpiteOfInterrupts(ready);
        CallThreads own = new CallThreads(thenCount(ended));
        Blobs blobs = blobs(slow, () -> {}, Duration.ofMillis(100), own);

        assertThatThrownBy(() -> blobs.create(key)).isInstanceOfSatisfying(BlobFailure.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            assertThat(e.isTransient()).isTrue();
            assertThat(e.refusal())
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageEndingWith("Nothing was changed.");
        });
        own.close(); // so that its thread ends with the request
        ready.countDown();
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(proxy.requests()).isEmpty();
    }

    private static void awaitInSpiteOfInterrupts(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // Some clients are not interrupted either.
            }
        }
    }

    /** Threads that are counted when they have ended. */
    private static ThreadFactory thenCount(CountDownLatch ended) {
        return task -> {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } finally {
                    ended.countDown();
                }
            });
            thread.setDaemon(true);
            return thread;
        };
    }

    @Test
    void aRequestWithoutAThreadIsNotSent() {
        CallThreads none = new CallThreads(task -> new Thread(task) {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread");
            }
        });
        Blobs blobs = blobs(() -> {}, () -> {}, Duration.ofSeconds(30), none);

        assertFails(() -> blobs.create(key), "BackendUnavailableException");
        assertThat(proxy.requests()).isEmpty();
    }

    @Test
    void aKeyThatIsNotBase64IsRefusedAtOpening() {
        String wrong = TestContainer.KEY.replace("=", "%3D");
        assertThatThrownBy(() -> AzureBackend.builder()
                        .account("abc")
                        .container("states")
                        .accountKey(wrong)
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("base64")
                .hasNoCause()
                .hasMessageNotContaining("Eby8");
        assertThatThrownBy(() -> AzureBackend.builder()
                        .container("states")
                        .connectionString("DefaultEndpointsProtocol=https;accountname=abc;ACCOUNTKEY=" + wrong)
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("base64");
        assertThatThrownBy(() -> AzureBackend.builder()
                        .account("abc")
                        .container("states")
                        .sasToken("sv=2024&sig=abc def")
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("SAS")
                .hasMessageNotContaining("abc def");
    }
}
