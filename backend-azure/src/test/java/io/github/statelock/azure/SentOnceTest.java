package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelinePosition;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.BlobServiceVersion;
import com.azure.storage.blob.models.CpkInfo;
import com.azure.storage.blob.models.CustomerProvidedKey;
import com.azure.storage.blob.sas.BlobContainerSasPermission;
import com.azure.storage.blob.sas.BlobServiceSasSignatureValues;
import com.azure.storage.common.StorageSharedKeyCredential;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What a client that sends once keeps of the client that it was made from. */
@Tag("real-time")
class SentOnceTest {

    private final TestContainer container = TestContainer.create();
    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final StateKey key = StateKey.of("once/" + UUID.randomUUID());

    @AfterEach
    void close() {
        proxy.close();
    }

    private BlobContainerClientBuilder builder() {
        return new BlobContainerClientBuilder()
                .endpoint(proxy.uri().toString())
                .containerName(container.name())
                .credential(new StorageSharedKeyCredential(TestContainer.ACCOUNT, TestContainer.KEY));
    }

    private static AzureBackend backend(BlobContainerClient client) {
        return AzureBackend.builder().client(client).build();
    }

    /** Says where in the pipeline it stands. */
    private record Marker(String name, HttpPipelinePosition position) implements HttpPipelinePolicy {

        private static final HttpHeaderName HEADER = HttpHeaderName.fromString("x-statelock-test");

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            HttpHeaders headers = context.getHttpRequest().getHeaders();
            boolean signed = headers.getValue(HttpHeaderName.AUTHORIZATION) != null;
            headers.add(HEADER, name + (signed ? " after" : " before") + " the credential");
            return next.process();
        }

        @Override
        public HttpPipelinePosition getPipelinePosition() {
            return position;
        }
    }

    @Test
    void theCallersPoliciesStayInTheirOrder() {
        BlobContainerClient client = builder()
                .addPolicy(new Marker("first", HttpPipelinePosition.PER_CALL))
                .addPolicy(new Marker("second", HttpPipelinePosition.PER_CALL))
                .addPolicy(new Marker("third", HttpPipelinePosition.PER_RETRY))
                .buildClient();
        try (AzureBackend backend = backend(client)) {
            assertThat(backend.states().read(key)).isEmpty();
        }
        assertThat(proxy.requests())
                .singleElement()
                .satisfies(
                        request -> assertThat(request.header("x-statelock-test").orElseThrow())
                                .matches("first before[^,]*, *second before[^,]*, *third after.*"));
    }

    /** The SDK says it of a pipeline when it builds one, and the policy that it says it to is the caller's. */
    @Test
    void theCallersPipelineIsNotSetUpAnew() {
        BlobContainerClient client = builder().buildClient();
        HttpPipeline once = SentOnce.client(client).getHttpPipeline();
        HttpPipeline given = client.getHttpPipeline();
        assertThat(once.getHttpClient()).isSameAs(given.getHttpClient());
        assertThat(once.getTracer()).isSameAs(given.getTracer());
        assertThat(once.getPolicyCount()).isEqualTo(given.getPolicyCount() + 1); // the retries went, two of ours came
        assertThat(policies(given)).anyMatch(name -> name.endsWith("InstrumentationPolicy"));
        assertThat(policies(once)).noneMatch(name -> name.endsWith("InstrumentationPolicy"));
    }

    private static List<String> policies(HttpPipeline pipeline) {
        return IntStream.range(0, pipeline.getPolicyCount())
                .mapToObj(i -> pipeline.getPolicy(i).getClass().getName())
                .toList();
    }

    @Test
    void theClientsSettingsStay() {
        BlobContainerClient scoped = new BlobContainerClientBuilder()
                .endpoint("https://account.blob.core.windows.net/container")
                .credential(new StorageSharedKeyCredential("account", TestContainer.KEY))
                .serviceVersion(BlobServiceVersion.V2021_12_02)
                .encryptionScope("scope")
                .buildClient();
        BlobContainerClient once = SentOnce.client(scoped);
        assertThat(once.getBlobContainerUrl()).isEqualTo("https://account.blob.core.windows.net/container");
        assertThat(once.getAccountName()).isEqualTo("account");
        assertThat(once.getServiceVersion()).isEqualTo(BlobServiceVersion.V2021_12_02);
        assertThat(once.getEncryptionScope()).isEqualTo("scope");
        assertThat(once.getCustomerProvidedKey()).isNull();

        CustomerProvidedKey key = new CustomerProvidedKey(
                Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes(UTF_8)));
        CpkInfo kept = SentOnce.client(new BlobContainerClientBuilder()
                        .endpoint("https://account.blob.core.windows.net/container")
                        .customerProvidedKey(key)
                        .buildClient())
                .getCustomerProvidedKey();
        assertThat(kept.getEncryptionKey()).isEqualTo(key.getKey());
        assertThat(kept.getEncryptionKeySha256()).isEqualTo(key.getKeySha256());
        assertThat(kept.getEncryptionAlgorithm()).isEqualTo(key.getEncryptionAlgorithm());
    }

    @Test
    void aClientWithASasKeepsIt() throws Exception {
        String sas = container
                .client()
                .generateSas(new BlobServiceSasSignatureValues(
                        OffsetDateTime.now(ZoneOffset.UTC).plusHours(1), BlobContainerSasPermission.parse("racwdl")));
        BlobContainerClient client = new BlobContainerClientBuilder()
                .endpoint(proxy.uri() + "/" + container.name() + "?" + sas)
                .buildClient();
        try (AzureBackend backend = backend(client)) {
            backend.locks().acquire(key, LockOptions.operation("test")).release();
        }
        assertThat(proxy.requests()).allMatch(request -> request.target().contains("sig="));
    }

    /** As those do that are asked for another token. */
    private static final class Challenged implements HttpPipelinePolicy {

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            HttpPipelineNextPolicy again = next.clone();
            return next.process().flatMap(answer -> answer.getStatusCode() < 400 ? Mono.just(answer) : again.process());
        }
    }

    @Test
    void aPolicyMaySendAgainWhatWasRefusedAndNothingElse() {
        container.put(key, "state");
        BlobContainerClient client = builder().addPolicy(new Challenged()).buildClient();
        try (AzureBackend backend = backend(client)) {
            proxy.arm(WireFault.answer(401), WireRequest.any());
            assertThat(backend.states().read(key)).isPresent();
            assertThat(proxy.requests()).hasSize(2);
            proxy.forgetRequests();
            proxy.arm(WireFault.answer(500), WireRequest.any());
            assertThatThrownBy(() -> backend.states().read(key)).isInstanceOf(BackendUnavailableException.class);
            assertThat(proxy.requests()).hasSize(1);
        }
        proxy.assertFired();
    }
}
