package io.github.statelock.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import io.github.statelock.spi.EnvironmentProxies;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;

/**
 * The Google client's requests over the JDK's {@link HttpClient}, which sends every change once. The client's own transport
 * stands on {@code HttpURLConnection}, which sends a request without a body again whose connection was closed without an
 * answer: were that a DELETE, it would be answered "not there", and a holder could not tell its own release from somebody
 * else's force-unlock. It also knows no PATCH, and no end of an answer that trickles in. Safe for use by several threads.
 */
final class JdkTransport extends HttpTransport {

    /**
     * How long a request may take.
     *
     * @param firstAnswer to connect, and from the send of a read to the beginning of its answer
     * @param read a read as a whole
     * @param change a change as a whole
     * @param shortened whether the client above may shorten them
     */
    record Timeouts(Duration firstAnswer, Duration read, Duration change, boolean shortened) {}

    private final HttpClient client;
    private final Timeouts timeouts;

    /** Whether a thread that watches has sent a request. */
    private final ThreadLocal<Boolean> sent = new ThreadLocal<>();

    JdkTransport(HttpClient client, Timeouts timeouts) {
        this.client = client;
        this.timeouts = timeouts;
    }

    /** A client that asks by the proxies of the environment, or those of Java's own settings. */
    static HttpClient client(Duration connectTimeout, EnvironmentProxies proxies) {
        return client(connectTimeout, proxies, proxies);
    }

    /** The same, with a proxy for each address of the caller's choice. */
    static HttpClient client(Duration connectTimeout, EnvironmentProxies proxies, ProxySelector selector) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .proxy(selector);
        proxies.authenticator()
                .or(() -> Optional.ofNullable(Authenticator.getDefault()))
                .ifPresent(builder::authenticator);
        return builder.build();
    }

    /** The transport of that client, where it is ours. */
    static Optional<JdkTransport> of(Storage storage) {
        return storage.getOptions().getTransportOptions() instanceof HttpTransportOptions http
                        && http.getHttpTransportFactory().create() instanceof JdkTransport ours
                ? Optional.of(ours)
                : Optional.empty();
    }

    /** Watches this thread's requests from now on. */
    void watch() {
        sent.set(false);
    }

    /** Ends the watch; whether the thread has sent nothing since it began. */
    boolean hasSentNothing() {
        boolean nothing = Boolean.FALSE.equals(sent.get());
        sent.remove();
        return nothing;
    }

    private void sends() {
        if (sent.get() != null) {
            sent.set(true);
        }
    }

    @Override
    public boolean supportsMethod(String method) {
        return true;
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) {
        return new JdkRequest(client, method, withFormat(method, url), timeouts, this::sends);
    }

    /** Names the format of a patch's answer. It is the default, which an emulator does not know. */
    private static String withFormat(String method, String url) {
        boolean named = !method.equals("PATCH") || url.contains("?alt=") || url.contains("&alt=");
        return named ? url : url + (url.contains("?") ? "&" : "?") + "alt=json";
    }
}
