package io.github.statelock.gcs;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Set;

/**
 * Opens {@code gs://bucket/prefix}. Parameters: {@code endpoint}, {@code project}, {@code user_project},
 * {@code kms_key_name}, {@code versioning}, {@code verify_conditional_writes}, {@code call_timeout},
 * {@code transfer_timeout} (times such as {@code 10s}), {@code max_state_bytes}, {@code max_requests_in_flight} and
 * {@code release_on_shutdown}, as in
 * {@code gs://my-states/network?call_timeout=5s}. Credentials and encryption keys have no place in a URI, which ends up in
 * logs: use the environment or the builder.
 *
 * <p>Safe for use by several threads.
 */
public final class GcsBackendProvider implements BackendProvider {

    /** The provider, for {@link java.util.ServiceLoader}. */
    public GcsBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("gs");
    }

    @Override
    public StateBackend open(URI uri) {
        return builder(uri).build();
    }

    static GcsBackend.Builder builder(URI uri) {
        String bucket = uri.getRawAuthority();
        if (uri.isOpaque() || bucket == null || bucket.matches(".*[@:].*") || uri.getRawFragment() != null) {
            throw new BackendMisconfiguredException(
                    "The store's URI " + UriOptions.place(uri)
                            + " is not understood. A bucket is named after two slashes, without credentials, and with a"
                            + " prefix if there is one, such as gs://my-states/network.",
                    null);
        }
        GcsBackend.Builder builder = GcsBackend.builder(bucket).prefix(uri.getPath() == null ? "" : uri.getPath());
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        options.uri("endpoint", builder::endpoint);
        options.text("project", builder::project);
        options.text("user_project", builder::userProject);
        options.text("kms_key_name", builder::kmsKeyName);
        options.flag("versioning", builder::versioning);
        options.flag("verify_conditional_writes", builder::verifyConditionalWrites);
        builder.options(options);
        options.refuseOthers();
        return builder;
    }
}
