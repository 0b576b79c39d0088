package io.github.statelock.gcs;

import com.google.api.client.http.LowLevelHttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One answer. Its stream is closed when the time for it is over, which ends whoever reads it. */
final class JdkResponse extends LowLevelHttpResponse {

    private final HttpResponse<InputStream> response;
    private final List<Map.Entry<String, String>> headers;
    private final CompletableFuture<Void> deadline = new CompletableFuture<>();

    JdkResponse(HttpResponse<InputStream> response, Duration left) {
        this.response = response;
        this.headers = response.headers().map().entrySet().stream()
                .flatMap(header -> header.getValue().stream().map(value -> Map.entry(header.getKey(), value)))
                .toList();
        deadline.completeOnTimeout(null, left.toMillis(), TimeUnit.MILLISECONDS);
        deadline.thenRun(this::closeQuietly);
    }

    private void closeQuietly() {
        try {
            response.body().close();
        } catch (IOException e) { // the reader is told by its own next read
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream getContent() {
        return response.body();
    }

    @Override
    public @Nullable String getContentEncoding() {
        return header("content-encoding");
    }

    @Override
    public long getContentLength() {
        return response.headers().firstValueAsLong("content-length").orElse(-1);
    }

    @Override
    public @Nullable String getContentType() {
        return header("content-type");
    }

    @Override
    public String getStatusLine() {
        return "HTTP/1.1 " + getStatusCode();
    }

    @Override
    public int getStatusCode() {
        return response.statusCode();
    }

    @Override
    public @Nullable String getReasonPhrase() {
        return null;
    }

    @Override
    public int getHeaderCount() {
        return headers.size();
    }

    @Override
    public String getHeaderName(int index) {
        return headers.get(index).getKey();
    }

    @Override
    public String getHeaderValue(int index) {
        return headers.get(index).getValue();
    }

    @Override
    public void disconnect() {
        deadline.complete(null);
    }

    private @Nullable String header(String name) {
        return response.headers().firstValue(name).orElse(null);
    }
}
