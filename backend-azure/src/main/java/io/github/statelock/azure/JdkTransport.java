package io.github.statelock.azure;

import com.azure.core.http.HttpHeader;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import io.github.statelock.spi.EnvironmentProxies;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;

/**
 * The SDK's requests over the JDK's {@link HttpClient}, which sends every change once. The SDK's own adapter for that client
 * logs a warning for each change and an error for each request that is given up, and reads answers in pieces on a pool that
 * the whole JVM shares. Safe for use by several threads.
 */
final class JdkTransport implements com.azure.core.http.HttpClient {

    /** What the JDK sets itself. */
    private static final Set<String> RESTRICTED = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final HttpClient client;
    private final Duration firstAnswer;

    /**
     * A transport.
     *
     * @param firstAnswer within which a read must begin to be answered; what it reads may take longer
     */
    JdkTransport(HttpClient client, Duration firstAnswer) {
        this.client = client;
        this.firstAnswer = firstAnswer;
    }

    static HttpClient client(Duration connectTimeout, Executor executor, EnvironmentProxies proxies) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .executor(executor)
                .proxy(proxies);
        proxies.authenticator().ifPresent(builder::authenticator);
        return builder.build();
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.fromFuture(() -> exchange(request));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        CompletableFuture<HttpResponse> sent = exchange(request);
        try {
            return sent.get();
        } catch (ExecutionException e) {
            throw unchecked(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw new UncheckedIOException((IOException) new InterruptedIOException("interrupted").initCause(e));
        }
    }

    private static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException unchecked) {
            return unchecked;
        }
        return new UncheckedIOException(failure instanceof IOException io ? io : new IOException(failure));
    }

    private CompletableFuture<HttpResponse> exchange(HttpRequest request) {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        CompletableFuture<java.net.http.HttpResponse<byte[]>> sent = client.sendAsync(jdkRequest(request), head -> {
            begun.complete(null);
            return BodySubscribers.ofByteArray();
        });
        if (request.getHttpMethod() == HttpMethod.GET) {
            begun.orTimeout(firstAnswer.toNanos(), TimeUnit.NANOSECONDS).exceptionally(late -> {
                sent.cancel(true);
                return null;
            });
        }
        return new Exchange(request, sent, begun);
    }

    /** An answer that is on its way. To cancel it ends the request. */
    private static final class Exchange extends CompletableFuture<HttpResponse> {

        private final CompletableFuture<java.net.http.HttpResponse<byte[]>> sent;

        Exchange(
                HttpRequest request,
                CompletableFuture<java.net.http.HttpResponse<byte[]>> sent,
                CompletableFuture<Void> begun) {
            this.sent = sent;
            sent.<HttpResponse>thenApply(answer -> new JdkAnswer(request, answer))
                    .whenComplete((answer, failure) -> {
                        begun.complete(null); // nobody counts any more
                        if (failure == null) {
                            complete(answer);
                        } else {
                            completeExceptionally(told(failure));
                        }
                    });
        }

        private static Throwable told(Throwable failure) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause instanceof CancellationException ? new HttpTimeoutException("no answer in time") : cause;
        }

        @Override
        public boolean cancel(boolean interrupt) {
            sent.cancel(interrupt);
            return super.cancel(interrupt);
        }
    }

    private static java.net.http.HttpRequest jdkRequest(HttpRequest request) {
        try {
            var builder = java.net.http.HttpRequest.newBuilder(request.getUrl().toURI());
            for (HttpHeader header : request.getHeaders()) {
                if (!RESTRICTED.contains(header.getName().toLowerCase(Locale.ROOT))) {
                    header.getValuesList().forEach(value -> builder.header(header.getName(), value));
                }
            }
            return builder.method(request.getHttpMethod().toString(), body(request))
                    .build();
        } catch (URISyntaxException e) { // without its cause, whose message has the whole text
            throw new IllegalArgumentException("The request's URL is not a URI: " + e.getReason());
        }
    }

    private static BodyPublisher body(HttpRequest request) {
        BinaryData body = request.getBodyAsBinaryData();
        return body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body.toBytes());
    }
}
