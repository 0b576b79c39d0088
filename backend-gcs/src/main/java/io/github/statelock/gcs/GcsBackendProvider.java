package io.github.statelock.gcs;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Opens {@code gs://bucket/prefix}. Parameters: {@code endpoint}, {@code project}, {@code user_project},
 * {@code kms_key_name}, {@code versioning}, {@code verify_conditional_writes}, {@code call_timeout},
 * {@code transfer_timeout} (times such as {@code 10s}), {@code max_state_bytes}, {@code max_requests_in_flight},
 * {@code release_on_shutdown} and {@code insecure_endpoint}, as in {@code gs://my-states/network?call_timeout=5s}. {@code kms_key_name} may be written
 * {@code kms_encryption_key}, as Terraform does.
 *
 * <p>Credentials and encryption keys have no place in a URI, which ends up in logs: use the environment or the builder. Of
 * Terraform's environment variables these are read: {@code GOOGLE_ENCRYPTION_KEY}, a key of the caller's own in base64, and
 * {@code GOOGLE_KMS_ENCRYPTION_KEY}, the name of a key of Cloud KMS. The URI wins.
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
        return builder(uri, System.getenv()).build();
    }

    static GcsBackend.Builder builder(URI uri, Map<String, String> environment) {
        String bucket = uri.getRawAuthority();
        if (uri.isOpaque() || bucket == null || bucket.matches(".*[@:].*") || uri.getRawFragment() != null) {
            throw new BackendMisconfiguredException(
                    "The store's URI " + UriOptions.place(uri)
                            + " is not understood. A bucket is named after two slashes, without credentials, and with a"
                            + " prefix if there is one, such as gs://my-states/network.",
                    null);
        }
        GcsBackend.Builder builder = GcsBackend.builder(bucket).prefix(uri.getPath() == null ? "" : uri.getPath());
        set(environment, "GOOGLE_ENCRYPTION_KEY", builder::encryptionKey);
        set(environment, "GOOGLE_KMS_ENCRYPTION_KEY", builder::kmsKeyName);
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        options.uri("endpoint", builder::endpoint);
        options.text("project", builder::project);
        options.text("user_project", builder::userProject);
        options.flag("insecure_endpoint", builder::insecureEndpoint);
        options.text("kms_key_name", builder::kmsKeyName);
        options.text("kms_encryption_key", builder::kmsKeyName);
        options.flag("versioning", builder::versioning);
        options.flag("verify_conditional_writes", builder::verifyConditionalWrites);
        builder.options(options);
        options.refuseOthers();
        return builder;
    }

    private static void set(Map<String, String> environment, String name, Consumer<String> setter) {
        Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .ifPresent(setter);
    }
}
