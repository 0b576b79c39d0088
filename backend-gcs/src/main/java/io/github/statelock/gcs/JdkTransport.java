package io.github.statelock.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
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

    private final HttpClient client;

    JdkTransport(Duration connectTimeout) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(connectTimeout);
        ProxySelector proxies = ProxySelector.getDefault();
        if (proxies != null) {
            builder.proxy(proxies);
        }
        client = builder.build();
    }

    @Override
    public boolean supportsMethod(String method) {
        return true;
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) {
        return new JdkRequest(client, method, withFormat(method, url));
    }

    /** Names the format of a patch's answer. It is the default, which an emulator does not know. */
    private static String withFormat(String method, String url) {
        boolean named = !method.equals("PATCH") || url.contains("?alt=") || url.contains("&alt=");
        return named ? url : url + (url.contains("?") ? "&" : "?") + "alt=json";
    }
}
