package io.github.statelock;

import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Opens backends by URI. Safe for use by several threads. */
public final class StateBackends {

    private static final Map<String, String> ARTIFACTS =
            Map.of("s3", "statelock-s3", "azblob", "statelock-azure", "gs", "statelock-gcs");

    private StateBackends() {}

    /**
     * Opens the backend that a URI names, such as {@code file:///var/lib/states} or {@code mem:test}, with the providers
     * that the thread's context class loader sees.
     *
     * @param uri the place
     * @return the backend, to be closed by the caller
     * @throws BackendMisconfiguredException if no provider on the classpath opens the scheme, or if the provider does not
     *     understand the URI
     */
    public static StateBackend open(URI uri) {
        Objects.requireNonNull(uri, "uri");
        Map<String, BackendProvider> providers = providers();
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        BackendProvider provider = providers.get(scheme);
        if (provider == null) {
            throw new BackendMisconfiguredException(unknown(uri, scheme, providers), null);
        }
        return provider.open(uri);
    }

    private static Map<String, BackendProvider> providers() {
        Map<String, BackendProvider> providers = new TreeMap<>();
        collect(ServiceLoader.load(BackendProvider.class), providers);
        collect(ServiceLoader.load(BackendProvider.class, StateBackends.class.getClassLoader()), providers);
        return providers;
    }

    private static void collect(Iterable<BackendProvider> found, Map<String, BackendProvider> providers) {
        for (BackendProvider provider : found) {
            provider.schemes().forEach(scheme -> providers.putIfAbsent(scheme, provider));
        }
    }

    private static String unknown(URI uri, String scheme, Map<String, BackendProvider> providers) {
        String problem = scheme.isEmpty()
                ? "A store's URI needs a scheme, \"" + Printable.line(uri.getPath()) + "\" has none."
                : "No backend on the classpath opens \"" + scheme + ":\".";
        @Nullable String artifact = ARTIFACTS.get(scheme);
        return problem + " On the classpath: " + String.join(", ", providers.keySet()) + "."
                + (artifact == null ? "" : " Add the dependency io.github.statelock:" + artifact + ".");
    }
}
