package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.ExponentialBackoffOptions;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.StorageSharedKeyCredential;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/**
 * A client of the caller's, with whatever repeats its requests: each request is sent once all the same. A repetition inside the
 * client would hide that the first request's answer was lost.
 */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class CallersClientTest {

    private static final Predicate<WireRequest> RELEASES = WireRequest.header("x-ms-lease-action", "release");
    private static final Predicate<WireRequest> ACQUIRES = WireRequest.header("x-ms-lease-action", "acquire");
    private static final LockOptions LEASED = LockOptions.operation("test");

    @SuppressWarnings("NullAway.Init") // before all tests
    private static TestContainer container;

    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final StateKey key = StateKey.of("callers/" + UUID.randomUUID());

    @BeforeAll
    static void createContainer() {
        container = TestContainer.create();
    }

    @AfterEach
    void close() {
        proxy.close();
    }

    /** Whatever may be said to a builder about repetitions. */
    private enum Repeats {
        AS_THE_SDK_DOES_BY_ITSELF {
            @Override
            void configure(BlobContainerClientBuilder builder) {}
        },
        AS_STORAGE_SAYS {
            @Override
            void configure(BlobContainerClientBuilder builder) {
                builder.retryOptions(QUICKLY);
            }
        },
        AS_CORE_SAYS {
            @Override
            void configure(BlobContainerClientBuilder builder) {
                builder.retryOptions(new RetryOptions(new ExponentialBackoffOptions()
                        .setMaxRetries(2)
                        .setBaseDelay(Duration.ofMillis(100))
                        .setMaxDelay(Duration.ofMillis(200))));
            }
        },
        BY_A_POLICY_OF_ITS_OWN {
            @Override
            void configure(BlobContainerClientBuilder builder) {
                builder.addPolicy(new Repetition());
            }
        };

        abstract void configure(BlobContainerClientBuilder builder);
    }

    private static final RequestRetryOptions QUICKLY = new RequestRetryOptions(
            RetryPolicyType.FIXED, 3, (Duration) null, Duration.ofMillis(100), Duration.ofMillis(100), null);

    /** What a caller may have written to repeat requests, which no type tells. */
    private static final class Repetition implements HttpPipelinePolicy {

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            HttpPipelineNextPolicy again = next.clone();
            return next.process().onErrorResume(failure -> again.process());
        }
    }

    /** Cannot reach the server any more once an answer was lost. */
    private static final class BreakingClient implements HttpClient {

        private final HttpClient working = http();
        private volatile boolean broken;

        @Override
        public Mono<HttpResponse> send(HttpRequest request) {
            return Mono.fromCallable(() -> sendSync(request, Context.NONE));
        }

        @Override
        public HttpResponse sendSync(HttpRequest request, Context context) {
            if (broken) {
                throw new UncheckedIOException(new ConnectException("not reached"));
            }
            try {
                return working.sendSync(request, context);
            } catch (RuntimeException e) {
                broken = true;
                throw e;
            }
        }
    }

    private static HttpClient http() {
        return new JdkHttpClientBuilder()
                .responseTimeout(Duration.ofSeconds(20))
                .build();
    }

    private BlobContainerClientBuilder builder() {
        return new BlobContainerClientBuilder()
                .endpoint(proxy.uri().toString())
                .containerName(container.name())
                .credential(new StorageSharedKeyCredential(TestContainer.ACCOUNT, TestContainer.KEY))
                .httpClient(http());
    }

    private static AzureBackend backend(BlobContainerClient client) {
        return AzureBackend.builder().client(client).build();
    }

    static Stream<Repeats> repeats() {
        return Stream.of(Repeats.values());
    }

    @ParameterizedTest
    @MethodSource("repeats")
    void aReleaseWhoseAnswerWasLostIsNotTakenForALostLock(Repeats repeats) throws Exception {
        BlobContainerClientBuilder builder = builder();
        repeats.configure(builder);
        try (AzureBackend backend = backend(builder.buildClient())) {
            HeldLock lock = backend.locks().acquire(key, LEASED);
            proxy.arm(WireFault.applyThenCut(), RELEASES);
            lock.release();
            proxy.assertFired();
        }
    }

    /** The caller's own requests are repeated as before, also after the client was handed in. */
    @ParameterizedTest
    @MethodSource("repeats")
    void controlTheCallersOwnRequestsAreRepeated(Repeats repeats) {
        container.put(key, "state");
        BlobContainerClientBuilder builder = builder();
        repeats.configure(builder);
        BlobContainerClient client = builder.buildClient();
        try (AzureBackend backend = backend(client)) {
            assertThat(backend.states().read(key)).isPresent();
            proxy.arm(WireFault.cutBeforeSending(), WireRequest.method("PUT"));
            client.getBlobClient(key.value()).setMetadata(Map.of("by", "caller"));
        }
        proxy.assertFired();
        assertThat(proxy.count(WireRequest.method("PUT"))).isEqualTo(2);
        assertThat(container.metadata(key)).containsEntry("by", "caller");
    }

    /** The repetition cannot reach the server, which says nothing of the first request. */
    @Test
    void anAcquireWhoseAnswerWasLostIsUnknownWhateverItsRepetitionWouldHaveMet() {
        container.put(key, "state");
        proxy.arm(WireFault.applyThenCut(), ACQUIRES);
        BlobLeaseLockDriver driver =
                TestContainer.locks(SentOnce.client(breaking().buildClient()));
        assertThat(driver.tryAcquire(propose())).isInstanceOf(AcquireOutcome.Unknown.class);
        proxy.assertFired();
        assertThat(container.locks().observe(key)).isPresent();
    }

    @Test
    void controlAnAcquireThatTheClientRepeatsLooksAsIfItHadNeverBeenSent() {
        container.put(key, "state");
        proxy.arm(WireFault.applyThenCut(), ACQUIRES);
        BlobLeaseLockDriver driver = TestContainer.locks(breaking().buildClient());
        assertThatThrownBy(() -> driver.tryAcquire(propose()))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("Nothing was changed");
        proxy.assertFired();
        assertThat(container.locks().observe(key)).as("and yet").isPresent();
    }

    @Test
    void aWriteWhoseAnswerWasLostIsUnknownWhateverItsRepetitionWouldHaveMet() {
        proxy.arm(WireFault.applyThenCut(), WireRequest.method("PUT"));
        try (AzureBackend backend = quick(breaking())) {
            assertThatThrownBy(() -> backend.states().write(key, "ours".getBytes(UTF_8), WriteCondition.ifAbsent()))
                    .isInstanceOf(OutcomeUnknownException.class);
        }
        proxy.assertFired();
        assertThat(container.blob(key).downloadContent().toString()).isEqualTo("ours");
    }

    @Test
    void controlWhatIsNotReachedAtAllIsUnavailable() {
        BreakingClient http = new BreakingClient();
        http.broken = true;
        try (AzureBackend backend = quick(builder().httpClient(http))) {
            assertThatThrownBy(() -> backend.locks().acquire(key, LEASED))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> backend.states().write(key, "ours".getBytes(UTF_8), WriteCondition.ifAbsent()))
                    .isInstanceOf(BackendUnavailableException.class);
        }
    }

    private BlobContainerClientBuilder breaking() {
        return builder().httpClient(new BreakingClient()).retryOptions(QUICKLY);
    }

    private LockProposal propose() {
        LockInfo info = new LockInfo(UUID.randomUUID().toString(), "", "", "a@b", "v", Instant.EPOCH, "p");
        return new LockProposal(key, info, Optional.of(Duration.ofSeconds(15)));
    }

    private static AzureBackend quick(BlobContainerClientBuilder client) {
        return AzureBackend.builder()
                .client(client.buildClient())
                .callTimeout(Duration.ofSeconds(2))
                .transferTimeout(Duration.ofSeconds(4))
                .build();
    }

    /** Ours was applied, and replaced before the client could have sent it again: to call that a conflict would be wrong. */
    @Test
    void aWriteWhoseAnswerWasLostAndThatWasReplacedIsUnknownAndNoConflict() throws Exception {
        container.put(key, "base");
        try (AzureBackend backend = backend(builder().buildClient());
                AzureBackend other = backend(container.client())) {
            StateVersion base = backend.states().read(key).orElseThrow().version();
            ArmedWireFault lost = proxy.arm(WireFault.applyThenCut(), WireRequest.method("PUT"));
            ArmedWireFault looks =
                    proxy.arm(WireFault.hang(), WireRequest.method("PUT").negate());
            CompletableFuture<StateVersion> write = CompletableFuture.supplyAsync(
                    () -> backend.states().write(key, "ours".getBytes(UTF_8), WriteCondition.ifVersion(base)));
            lost.awaitFired(Duration.ofSeconds(10));
            State ours = other.states().read(key).orElseThrow();
            assertThat(ours.utf8()).isEqualTo("ours");
            other.states().write(key, "theirs".getBytes(UTF_8), WriteCondition.ifVersion(ours.version()));
            looks.awaitFired(Duration.ofSeconds(10));
            looks.release();
            assertThatThrownBy(() -> write.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(OutcomeUnknownException.class);
        }
    }
}
