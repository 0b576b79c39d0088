package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code s3://bucket/prefix}. Parameters with Terraform's names and meaning: {@code region}, {@code endpoint},
 * {@code dynamodb_endpoint}, {@code dynamodb_table}, {@code use_lockfile}, {@code encrypt}, {@code kms_key_id},
 * {@code workspace_key_prefix}, {@code use_path_style}; of our own: {@code workspace}, {@code digest},
 * {@code verify_conditional_writes}, {@code insecure_endpoint}, {@code call_timeout}, {@code transfer_timeout},
 * {@code max_state_bytes}, {@code max_requests_in_flight} and {@code release_on_shutdown}. A table with
 * {@code use_lockfile=true} locks both.
 *
 * <p>Credentials come from the SDK's default chain, a customer's encryption key from the environment variable
 * {@code AWS_SSE_CUSTOMER_KEY} (base64); neither has a place in a URI.
 *
 * <p>Safe for use by several threads.
 */
public final class S3BackendProvider implements BackendProvider {

    private static final String CUSTOMER_KEY = "AWS_SSE_CUSTOMER_KEY";

    /** The provider, for {@link java.util.ServiceLoader}. */
    public S3BackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("s3");
    }

    @Override
    public StateBackend open(URI uri) {
        return builder(uri, Optional.ofNullable(System.getenv(CUSTOMER_KEY))).build();
    }

    static S3Backend.Builder builder(URI uri, Optional<String> customerKey) {
        S3Backend.Builder builder = S3Backend.builder(bucket(uri));
        builder.prefix(uri.getPath() == null ? "" : uri.getPath().replaceFirst("^/", ""));
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        options.text("region", builder::region);
        options.uri("endpoint", builder::endpoint);
        options.uri("dynamodb_endpoint", builder::dynamoDbEndpoint);
        options.flag("insecure_endpoint", builder::insecureEndpoint);
        options.flag("use_path_style", builder::pathStyle);
        options.text("dynamodb_table", builder::lockTable);
        options.text("workspace", builder::workspace);
        options.text("workspace_key_prefix", builder::workspaceKeyPrefix);
        options.flag("digest", builder::digest);
        options.flag("verify_conditional_writes", builder::verifyConditionalWrites);
        builder.options(options);
        options.flag("use_lockfile", use -> builder.lockMode(mode(uri, builder.lockTable, use)));
        encryption(uri, options, builder, customerKey);
        options.refuseOthers();
        return builder;
    }

    private static String bucket(URI uri) {
        String bucket = uri.getRawAuthority();
        if (bucket == null || bucket.isEmpty() || bucket.contains("@") || uri.getRawFragment() != null) {
            throw new BackendMisconfiguredException(
                    "The store's URI " + UriOptions.place(uri) + " is not understood. A bucket is named as in"
                            + " s3://bucket/prefix?dynamodb_table=locks, without credentials and fragment.",
                    null);
        }
        return bucket;
    }

    private static S3LockMode mode(URI uri, @Nullable String table, boolean lockFile) {
        if (lockFile) {
            return table == null ? S3LockMode.LOCK_FILE : S3LockMode.BOTH;
        }
        if (table == null) {
            throw new BackendMisconfiguredException(
                    "The store's URI " + UriOptions.place(uri)
                            + " has use_lockfile=false and no dynamodb_table: nothing would lock.",
                    null);
        }
        return S3LockMode.DYNAMODB;
    }

    private static void encryption(
            URI uri, UriOptions options, S3Backend.Builder builder, Optional<String> customerKey) {
        customerKey.ifPresent(key -> builder.encryption(S3Encryption.sseC(decoded(key))));
        options.flag("encrypt", on -> {
            if (on && customerKey.isEmpty()) {
                builder.encryption(S3Encryption.sseS3());
            }
        });
        options.text("kms_key_id", id -> {
            if (customerKey.isPresent()) {
                throw new BackendMisconfiguredException(
                        "The store's URI " + UriOptions.place(uri) + " has kms_key_id, and " + CUSTOMER_KEY
                                + " is set: only one of them.",
                        null);
            }
            builder.encryption(S3Encryption.sseKms(id));
        });
    }

    private static byte[] decoded(String key) {
        try {
            return Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException e) {
            throw new BackendMisconfiguredException(CUSTOMER_KEY + " is not base64.", null);
        }
    }
}
