package io.github.statelock.gcs;

import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request. Its timeout bounds the whole of it, answer included: a byte a second does not keep it going. A read must begin to
 * be answered long before.
 */
final class JdkRequest extends LowLevelHttpRequest {

    /** What the JDK sets itself. */
    private static final Set<String> RESTRICTED = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private final HttpClient client;
    private final String method;
    private final HttpRequest.Builder request;
    private final boolean shortened;
    private Duration timeout;
    private Duration firstAnswer;
    private final Runnable onSend;

    /**
     * A request.
     *
     * @param onSend told before the request is sent
     */
    JdkRequest(HttpClient client, String method, String url, JdkTransport.Timeouts timeouts, Runnable onSend) {
        boolean reads = method.equals("GET");
        this.timeout = reads ? timeouts.read() : timeouts.change();
        this.firstAnswer = reads ? timeouts.firstAnswer() : timeout;
        this.shortened = timeouts.shortened();
        this.client = client;
        this.method = method;
        this.onSend = onSend;
        this.request = HttpRequest.newBuilder(URI.create(url));
    }

    @Override
    public void addHeader(String name, String value) {
        if (!RESTRICTED.contains(name.toLowerCase(Locale.ROOT))) {
            request.header(name, value);
        }
    }

    /** The JDK's client has one timeout for the request: the shorter of these counts for both. */
    @Override
    public void setTimeout(int connectMillis, int readMillis) {
        if (shortened && connectMillis > 0 && readMillis > 0) {
            Duration most = Duration.ofMillis(2L * Math.min(connectMillis, readMillis));
            timeout = shorter(timeout, most);
            firstAnswer = shorter(firstAnswer, most);
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public LowLevelHttpResponse execute() throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        HttpRequest built = request.method(method, body()).timeout(firstAnswer).build();
        onSend.run();
        CompletableFuture<HttpResponse<InputStream>> sent = client.sendAsync(built, BodyHandlers.ofInputStream());
        try {
            HttpResponse<InputStream> response = sent.get(firstAnswer.toNanos(), TimeUnit.NANOSECONDS);
            return new JdkResponse(response, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        } catch (ExecutionException e) {
            throw named(built.uri(), e.getCause());
        } catch (TimeoutException e) {
            sent.cancel(true);
            HttpTimeoutException timeout =
                    new HttpTimeoutException("no answer within " + firstAnswer.toMillis() + " ms");
            timeout.initCause(e);
            throw timeout;
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    /** The JDK's own errors do not name the server. */
    private static IOException named(URI uri, @Nullable Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof UnresolvedAddressException) {
                return (IOException) new UnknownHostException(uri.getHost()).initCause(failure);
            }
        }
        return new IOException(uri.getScheme() + "://" + uri.getAuthority(), failure);
    }

    private BodyPublisher body() throws IOException {
        var content = getStreamingContent();
        if (content == null) {
            return BodyPublishers.noBody();
        }
        header("Content-Type", getContentType());
        header("Content-Encoding", getContentEncoding());
        Body bytes = new Body(Math.max(256, (int) Math.min(getContentLength(), Integer.MAX_VALUE - 8)));
        content.writeTo(bytes);
        return bytes.publisher();
    }

    private void header(String name, @Nullable String value) {
        if (value != null) {
            request.setHeader(name, value);
        }
    }

    /** The bytes written, published without another copy. */
    private static final class Body extends ByteArrayOutputStream {

        Body(int size) {
            super(size);
        }

        synchronized BodyPublisher publisher() {
            return BodyPublishers.ofByteArray(buf, 0, count);
        }
    }
}
