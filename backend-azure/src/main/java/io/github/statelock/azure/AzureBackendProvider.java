package io.github.statelock.azure;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendProvider;
import io.github.statelock.StateBackend;
import io.github.statelock.spi.UriOptions;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Opens {@code azblob://container@account/prefix}, and {@code azblob://container/prefix?endpoint=…} for another endpoint than
 * {@code https://<account>.blob.core.windows.net}. Parameters: {@code endpoint}, {@code encryption_scope}, {@code snapshots},
 * {@code break_unnamed_leases}, {@code call_timeout}, {@code transfer_timeout} (times such as {@code 10s}),
 * {@code max_state_bytes}, {@code max_requests_in_flight} and {@code release_on_shutdown}.
 *
 * <p>The credential is the first of these in the environment: {@code AZURE_STORAGE_CONNECTION_STRING},
 * {@code AZURE_STORAGE_KEY}, {@code AZURE_STORAGE_SAS_TOKEN}; without any it is {@code DefaultAzureCredential}, where
 * {@code azure-identity} is on the class path. A customer-provided key for encryption is {@code AZURE_STORAGE_CUSTOMER_KEY}
 * (256 bits in base64). Neither has a place in a URI, which ends up in logs. Proxies are named by {@code HTTPS_PROXY} and
 * {@code NO_PROXY}.
 *
 * <p>Safe for use by several threads.
 */
public final class AzureBackendProvider implements BackendProvider {

    private static final String CUSTOMER_KEY = "AZURE_STORAGE_CUSTOMER_KEY";
    private static final int CUSTOMER_KEY_BYTES = 32;

    /** The provider, for {@link java.util.ServiceLoader}. */
    public AzureBackendProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("azblob");
    }

    @Override
    public StateBackend open(URI uri) {
        return builder(uri, System.getenv()).build();
    }

    static AzureBackend.Builder builder(URI uri, Map<String, String> environment) {
        AzureBackend.Builder builder = AzureBackend.builder().environment(environment);
        place(uri, builder);
        UriOptions options = new UriOptions(uri, uri.getRawQuery());
        options.uri("endpoint", builder::endpoint);
        options.text("encryption_scope", builder::encryptionScope);
        options.flag("snapshots", builder::snapshots);
        options.flag("break_unnamed_leases", builder::breakUnnamedLeases);
        builder.options(options);
        options.refuseOthers();
        credential(environment, builder);
        customerKey(environment, builder);
        return builder;
    }

    private static void place(URI uri, AzureBackend.Builder builder) {
        @Nullable String authority = uri.getRawAuthority();
        if (uri.isOpaque() || authority == null || authority.startsWith("@") || uri.getRawFragment() != null) {
            throw notUnderstood(uri);
        }
        int at = authority.indexOf('@');
        String container = at < 0 ? authority : authority.substring(0, at);
        if (container.contains(":")) { // what follows it may be a key
            throw notUnderstood(uri);
        }
        builder.container(container);
        if (at >= 0) {
            builder.account(authority.substring(at + 1));
        }
        builder.prefix(uri.getPath() == null ? "" : uri.getPath());
    }

    private static BackendMisconfiguredException notUnderstood(URI uri) {
        return new BackendMisconfiguredException(
                "The store's URI " + UriOptions.place(uri)
                        + " is not understood. A container is named before the account, without credentials, and with a"
                        + " prefix if there is one, such as azblob://states@myaccount/network.",
                null);
    }

    private static void credential(Map<String, String> environment, AzureBackend.Builder builder) {
        String connectionString = value(environment, "AZURE_STORAGE_CONNECTION_STRING");
        String key = value(environment, "AZURE_STORAGE_KEY");
        String sas = value(environment, "AZURE_STORAGE_SAS_TOKEN");
        if (!connectionString.isEmpty()) {
            builder.connectionString(connectionString);
        } else if (!key.isEmpty()) {
            builder.accountKey(key);
        } else if (!sas.isEmpty()) {
            builder.sasToken(sas);
        }
    }

    private static void customerKey(Map<String, String> environment, AzureBackend.Builder builder) {
        String key = value(environment, CUSTOMER_KEY);
        try {
            if (key.isEmpty()) {
                return;
            }
            if (Base64.getDecoder().decode(key).length == CUSTOMER_KEY_BYTES) {
                builder.customerProvidedKey(key);
                return;
            }
        } catch (IllegalArgumentException e) {
            // Told below, without a part of the key.
        }
        throw new BackendMisconfiguredException(CUSTOMER_KEY + " is not a key of 256 bits in base64.", null);
    }

    /** Without the line break that a file leaves at the end. */
    private static String value(Map<String, String> environment, String name) {
        return environment.getOrDefault(name, "").strip();
    }
}
