package io.github.statelock.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.LowLevelHttpRequest;
import com.google.api.client.http.LowLevelHttpResponse;
import io.github.statelock.spi.EnvironmentProxies;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sends a DELETE again whose connection broke, and tells nobody, as some HTTP clients do with what they call idempotent. */
final class RepeatingTransport extends HttpTransport {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final JdkTransport transport = new JdkTransport(
            JdkTransport.client(TIMEOUT, EnvironmentProxies.of(Map.of())),
            new JdkTransport.Timeouts(TIMEOUT, TIMEOUT, TIMEOUT, false));

    @Override
    public boolean supportsMethod(String method) {
        return true;
    }

    @Override
    protected LowLevelHttpRequest buildRequest(String method, String url) {
        return new Repeated(method, url);
    }

    private final class Repeated extends LowLevelHttpRequest {

        private final String method;
        private final String url;
        private final Map<String, String> headers = new LinkedHashMap<>();

        Repeated(String method, String url) {
            this.method = method;
            this.url = url;
        }

        @Override
        public void addHeader(String name, String value) {
            headers.put(name, value);
        }

        @Override
        public LowLevelHttpResponse execute() throws IOException {
            try {
                return send();
            } catch (IOException e) {
                if (method.equals("DELETE")) {
                    return send();
                }
                throw e;
            }
        }

        private LowLevelHttpResponse send() throws IOException {
            LowLevelHttpRequest request = transport.buildRequest(method, url);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                request.addHeader(header.getKey(), header.getValue());
            }
            request.setContentType(getContentType());
            request.setContentEncoding(getContentEncoding());
            request.setContentLength(getContentLength());
            request.setStreamingContent(getStreamingContent());
            return request.execute();
        }
    }
}
