package io.github.statelock.cli.serve;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/**
 * How to serve.
 *
 * @param address where to listen; port 0 for any free one
 * @param authentication who may come in
 * @param tls the server's certificate and key; empty for plain HTTP
 * @param strict whether a state must follow the stored one by serial and lineage
 * @param maxRequestBytes the largest state that is taken
 * @param trustedProxies addresses and networks of proxies whose {@code X-Forwarded-For} is believed
 */
public record ServerSettings(
        InetSocketAddress address,
        Authentication authentication,
        Optional<TlsFiles> tls,
        boolean strict,
        int maxRequestBytes,
        List<String> trustedProxies) {

    /** The largest state where nothing else is said: 512 MiB, as for every backend. */
    public static final int DEFAULT_MAX_REQUEST_BYTES = 512 << 20;

    /** Copies the list. */
    public ServerSettings {
        trustedProxies = List.copyOf(trustedProxies);
    }
}
