package io.github.statelock.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import java.net.Authenticator;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;

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
     */
    record Timeouts(Duration firstAnswer, Duration read, Duration change) {}

    private final HttpClient client;
    private final Timeouts timeouts;

    JdkTransport(HttpClient client, Timeouts timeouts) {
        this.client = client;
        this.timeouts = timeouts;
    }

    static HttpClient client(Duration connectTimeout) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectTimeout);
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies != null) {
            builder.proxy(proxies);
        }
        Authenticator passwords = Authenticator.getDefault();
        if (passwords != null) {
            builder.authenticator(passwords); // a proxy's
        }
        return builder.build();
    }

    @Override
    public boolean supportsMethod(String method) {
        return true;
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) {
        return new JdkRequest(client, method, withFormat(method, url), timeouts);
    }

    /** Names the format of a patch's answer. It is the default, which an emulator does not know. */
    private static String withFormat(String method, String url) {
        boolean named = !method.equals("PATCH") || url.contains("?alt=") || url.contains("&alt=");
        return named ? url : url + (url.contains("?") ? "&" : "?") + "alt=json";
    }
}
