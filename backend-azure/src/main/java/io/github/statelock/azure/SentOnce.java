package io.github.statelock.azure;

import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpPipelineCallContext;
import com.azure.core.http.HttpPipelineNextPolicy;
import com.azure.core.http.HttpPipelineNextSyncPolicy;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.http.policy.HttpPipelineSyncPolicy;
import com.azure.core.http.policy.RetryPolicy;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.blob.models.CpkInfo;
import com.azure.storage.blob.models.CustomerProvidedKey;
import com.azure.storage.common.policy.RequestRetryPolicy;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Makes clients that send each request once. A client that repeats a request tells only what became of the last one: a change
 * whose answer was lost looks refused, or as if it had never been sent. The engine repeats requests, and knows that it did.
 */
final class SentOnce {

    private SentOnce() {}

    /**
     * As the client given, which stays as it is, without its repetitions: the same HTTP client, and the same policies in the
     * same order between two of our own but for the SDK's that repeat; the same URL, service version, customer key, encryption scope and tracer.
     */
    static BlobContainerClient client(BlobContainerClient client) {
        BlobContainerClientBuilder builder = new BlobContainerClientBuilder()
                .endpoint(client.getAccountUrl())
                .containerName(client.getBlobContainerName())
                .serviceVersion(client.getServiceVersion())
                .encryptionScope(client.getEncryptionScope())
                .pipeline(pipeline(client.getHttpPipeline()));
        @Nullable CpkInfo key = client.getCustomerProvidedKey();
        if (key != null) {
            builder.customerProvidedKey(new CustomerProvidedKey(key.getEncryptionKey()));
        }
        return builder.buildClient();
    }

    /** Whether that client came from here, and so tells each {@link Sending}. */
    static boolean isSentOnce(BlobContainerClient client) {
        HttpPipeline pipeline = client.getHttpPipeline();
        return IntStream.range(0, pipeline.getPolicyCount()).anyMatch(i -> pipeline.getPolicy(i) instanceof Once);
    }

    private static HttpPipeline pipeline(HttpPipeline given) {
        Stream<HttpPipelinePolicy> kept = IntStream.range(0, given.getPolicyCount())
                .mapToObj(given::getPolicy)
                .filter(policy -> !(policy instanceof RequestRetryPolicy) && !(policy instanceof RetryPolicy))
                .map(SentOnce::untouched);
        return new HttpPipelineBuilder()
                .policies(Stream.of(Stream.of(new AsThrown()), kept, Stream.of(new Once()))
                        .flatMap(policies -> policies)
                        .toArray(HttpPipelinePolicy[]::new))
                .httpClient(given.getHttpClient())
                .tracer(given.getTracer())
                .build();
    }

    /** To build a pipeline sets up the SDK's tracing anew, with options that it does not show, and the policy is the caller's. */
    private static HttpPipelinePolicy untouched(HttpPipelinePolicy policy) {
        return policy.getClass().getName().startsWith("com.azure.core.implementation.")
                ? new Untouched(policy)
                : policy;
    }

    private record Untouched(HttpPipelinePolicy policy) implements HttpPipelinePolicy {

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            return policy.process(context, next);
        }

        @Override
        public HttpResponse processSync(HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
            return policy.processSync(context, next);
        }
    }

    /**
     * The first policy. What fails behind it reaches the caller as it was thrown: the SDK logs an error for each failure whose
     * cause is not a RuntimeException, such as for each request that is given up, and throws its cause without the failure.
     */
    private static final class AsThrown implements HttpPipelinePolicy {

        @Override
        public Mono<HttpResponse> process(HttpPipelineCallContext context, HttpPipelineNextPolicy next) {
            return next.process();
        }

        @Override
        public HttpResponse processSync(HttpPipelineCallContext context, HttpPipelineNextSyncPolicy next) {
            try {
                return next.processSync();
            } catch (RuntimeException e) {
                throw new Passed(e);
            }
        }
    }

    private static final class Passed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Passed(RuntimeException cause) {
            super(cause);
        }
    }

    /** A failure without what this class put around it. */
    static RuntimeException asThrown(RuntimeException e) {
        return e instanceof Passed && e.getCause() instanceof RuntimeException thrown ? thrown : e;
    }

    /**
     * The last policy before the wire, for repetitions that no type tells, by policies of the caller's own. What was refused
     * may be sent again, as those do that are asked for another token.
     */
    private static final class Once extends HttpPipelineSyncPolicy {

        private static final String SENT = "statelock-sent";

        @Override
        protected void beforeSendingRequest(HttpPipelineCallContext context) {
            if (context.getData(SENT).equals(Optional.of(true))) {
                throw new IllegalStateException(
                        "A policy of the client tried to repeat a request whose answer may have been lost");
            }
            Sending.begin(context);
            context.setData(SENT, true);
        }

        @Override
        protected HttpResponse afterReceivedResponse(HttpPipelineCallContext context, HttpResponse response) {
            int status = response.getStatusCode();
            boolean refused = status >= 300 && status < 500 && status != 408;
            context.setData(SENT, !refused);
            return response;
        }
    }
}
