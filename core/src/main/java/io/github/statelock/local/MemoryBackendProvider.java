package io.github.statelock.local;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Set;

/**
 * Opens {@code mem:name}. Parameters: {@code call_timeout}, {@code transfer_timeout} (times such as {@code 10s}),
 * {@code max_state_bytes}, {@code max_requests_in_flight} and {@code release_on_shutdown}, as in {@code mem:test?call_timeout=2s}.
 *
 * <p>Safe for use by several threads.
 */
public final class MemoryBackendProvider implements BackendProvider {

    /** The provider, for {@link java.util.ServiceLoader}. */
    public MemoryBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("mem");
    }

    @Override
    public StateBackend open(URI uri) {
        String text = uri.getSchemeSpecificPart();
        int question = text.indexOf('?');
        String name = question < 0 ? text : text.substring(0, question);
        if (!uri.isOpaque() || name.isBlank() || uri.getFragment() != null) {
            throw new BackendMisconfiguredException(
                    "The store's URI " + UriOptions.place(uri)
                            + " is not understood. A memory store is mem: and its name, without slashes"
                            + " before it, such as mem:test.",
                    null);
        }
        MemoryBackend.Builder builder = MemoryBackend.builder(name);
        String raw = uri.getRawSchemeSpecificPart();
        UriOptions options = new UriOptions(uri, question < 0 ? null : raw.substring(raw.indexOf('?') + 1));
        builder.options(options);
        options.refuseOthers();
        return builder.build();
    }
}
