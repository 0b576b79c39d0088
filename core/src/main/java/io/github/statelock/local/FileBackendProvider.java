package io.github.statelock.local;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code file:///path}. Parameters: {@code call_timeout}, {@code transfer_timeout} (times such as {@code 10s}),
 * {@code max_state_bytes}, {@code max_requests_in_flight}, {@code release_on_shutdown} and {@code allow_network_file_system}, as in
 * {@code file:///var/lib/states?call_timeout=2s}.
 *
 * <p>Safe for use by several threads.
 */
public final class FileBackendProvider implements BackendProvider {

    /** The provider, for {@link java.util.ServiceLoader}. */
    public FileBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("file");
    }

    @Override
    public StateBackend open(URI uri) {
        FileBackend.Builder builder = FileBackend.builder(folder(uri));
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        builder.options(options);
        options.flag("allow_network_file_system", builder::allowNetworkFileSystem);
        options.refuseOthers();
        return builder.build();
    }

    static Path folder(URI uri) {
        if (uri.isOpaque()) {
            throw problem(uri, "is relative");
        }
        if (uri.getRawAuthority() != null) {
            throw problem(uri, "names a host");
        }
        if (uri.getRawFragment() != null) {
            throw problem(uri, "has a fragment (write # as %23)");
        }
        try {
            return Path.of(URI.create("file://" + uri.getRawPath()));
        } catch (IllegalArgumentException e) {
            throw problem(uri, "has no usable path", e);
        }
    }

    private static BackendMisconfiguredException problem(URI uri, String what) {
        return problem(uri, what, null);
    }

    private static BackendMisconfiguredException problem(URI uri, String what, @Nullable Exception cause) {
        return new BackendMisconfiguredException(
                "The store's URI " + UriOptions.place(uri) + " " + what
                        + ". A folder is named by its absolute path after three slashes, such"
                        + " as file:///var/lib/states.",
                cause);
    }
}
