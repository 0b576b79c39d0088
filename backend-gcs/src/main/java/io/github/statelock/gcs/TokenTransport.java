package io.github.statelock.gcs;

import com.google.api.client.http.HttpTransport;
import com.google.auth.http.HttpTransportFactory;
import io.github.statelock.gcs.JdkTransport.Timeouts;
import io.github.statelock.spi.EnvironmentProxies;
import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How access tokens are asked for: by the same proxies as the store. The metadata server of a machine in Google's cloud is no
 * farther than the machine itself, so no proxy of the environment reaches it. Safe for use by several threads.
 */
final class TokenTransport implements HttpTransportFactory {

    private final JdkTransport transport;

    TokenTransport(Map<String, String> environment, Duration timeout) {
        EnvironmentProxies proxies = EnvironmentProxies.of(environment);
        Set<String> metadata = Set.of(
                "metadata.google.internal",
                "169.254.169.254",
                environment.getOrDefault("GCE_METADATA_HOST", "").replaceFirst(":[0-9]*$", ""));
        this.transport = new JdkTransport(
                JdkTransport.client(timeout, proxies, new Selector(proxies, metadata)),
                new Timeouts(timeout, timeout, timeout, true));
    }

    @Override
    public HttpTransport create() {
        return transport;
    }

    static final class Selector extends ProxySelector {

        private final ProxySelector proxies;
        private final Set<String> metadata;

        Selector(ProxySelector proxies, Set<String> metadata) {
            this.proxies = proxies;
            this.metadata = metadata;
        }

        @Override
        public List<Proxy> select(URI uri) {
            ProxySelector ofJava = ProxySelector.getDefault();
            if (!metadata.contains(String.valueOf(uri.getHost()))) {
                return proxies.select(uri);
            }
            return ofJava == null ? List.of(Proxy.NO_PROXY) : ofJava.select(uri);
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException e) {
            // There is one proxy: nothing to choose from.
        }
    }
}
