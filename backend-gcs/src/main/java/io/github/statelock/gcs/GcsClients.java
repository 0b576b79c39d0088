package io.github.statelock.gcs;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.http.HttpTransportOptions.DefaultHttpTransportFactory;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.gcs.JdkTransport.Timeouts;
import io.github.statelock.spi.EnvironmentProxies;
import io.github.statelock.spi.UriOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The clients of one backend: one for locks and one for states, which differ in their timeouts. Each request is sent once; the
 * engine sends again what went unanswered. A client that did so itself would tell of its last attempt only: a change that was
 * applied by an earlier one would look refused, or never sent.
 *
 * @param locks for lock and fence objects
 * @param states for state objects
 * @param replays whether their transport, which is the caller's, may send a DELETE a second time without saying so
 */
record GcsClients(Storage locks, Storage states, boolean replays) implements AutoCloseable {

    /** Object requests need no project, and looking for one asks the metadata server of a machine that may not be there. */
    private static final String NO_PROJECT = "no-project";

    private static final String CREDENTIALS_FILE = "GOOGLE_APPLICATION_CREDENTIALS";
    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /**
     * How to reach the service.
     *
     * @param endpoint the service, where it is not Google's own
     * @param credentials who asks; by default the application default credentials
     * @param project the project to name
     * @param insecure whether an endpoint on another machine may be plain http
     */
    record Access(
            Optional<URI> endpoint, Optional<Credentials> credentials, Optional<String> project, boolean insecure) {}

    /**
     * Clients with the options of the caller's, except for its retries, and for its transport where that is the SDK's own. The
     * caller's client sends nothing itself and stays open.
     */
    static GcsClients like(Storage callers, EngineOptions engine, Map<String, String> environment) {
        StorageOptions theirs = callers.getOptions();
        StorageOptions.Builder options = theirs.toBuilder();
        options.setHeaderProvider(theirs.getMergedHeaderProvider(Map::of)); // which the copy leaves out
        options.setRetrySettings(
                theirs.getRetrySettings().toBuilder().setMaxAttempts(1).build());
        if (hasDefaultTransport(theirs)) {
            return overOurTransport(options, engine, environment);
        }
        Storage client = options.build().getService();
        return new GcsClients(client, client, true);
    }

    private static boolean hasDefaultTransport(StorageOptions options) {
        return options.getTransportOptions() instanceof HttpTransportOptions http
                && http.getHttpTransportFactory() instanceof DefaultHttpTransportFactory;
    }

    /** Clients of our own. */
    static GcsClients open(Access access, EngineOptions engine, Map<String, String> environment) {
        access.endpoint().ifPresent(endpoint -> requireSafe(endpoint, access.insecure()));
        Credentials credentials = access.credentials()
                .orElseGet(() -> defaultCredentials(access.endpoint(), environment, engine.callTimeout()));
        StorageOptions.Builder options = StorageOptions.http()
                .setRetrySettings(ServiceOptions.getNoRetrySettings())
                .setCredentials(credentials)
                .setProjectId(access.project().orElse(NO_PROJECT));
        access.endpoint().ifPresent(endpoint -> options.setHost(endpoint.toString()));
        return overOurTransport(options, engine, environment);
    }

    private static GcsClients overOurTransport(
            StorageOptions.Builder options, EngineOptions engine, Map<String, String> environment) {
        Duration call = engine.callTimeout();
        HttpClient http = JdkTransport.client(call, EnvironmentProxies.of(environment));
        return new GcsClients(
                client(options, http, new Timeouts(call, call, call, false)),
                client(options, http, new Timeouts(call, engine.transferTimeout(), engine.changeTimeout(), false)),
                false);
    }

    private static Storage client(StorageOptions.Builder options, HttpClient http, Timeouts timeouts) {
        JdkTransport transport = new JdkTransport(http, timeouts);
        options.setTransportOptions(HttpTransportOptions.newBuilder()
                .setHttpTransportFactory(() -> transport)
                .build());
        return options.build().getService();
    }

    /** Whether the store may be one that ignores preconditions: any that is not Google's. */
    boolean isForeign() {
        String host = locks.getOptions().getHost();
        return host != null && !host.matches("https://[a-z0-9.-]*\\.googleapis\\.com/?");
    }

    /** None for an emulator. A token is never sent unencrypted. */
    private static Credentials defaultCredentials(
            Optional<URI> endpoint, Map<String, String> environment, Duration timeout) {
        if (endpoint.filter(place -> isLoopback(place) || isHttp(place)).isPresent()) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault(new TokenTransport(environment, timeout))
                    .createScoped(SCOPE);
        } catch (IOException | RuntimeException e) { // a file that is not understood may be either
            throw new BackendDeniedException(
                    environment.getOrDefault(CREDENTIALS_FILE, "").isBlank()
                            ? "There are no credentials for Google Cloud Storage. Set " + CREDENTIALS_FILE + ", run"
                                    + " \"gcloud auth application-default login\", or hand credentials to the builder."
                            : "The credentials that " + CREDENTIALS_FILE + " names cannot be used: " + e.getMessage(),
                    e);
        }
    }

    private static boolean isHttp(URI endpoint) {
        return "http".equalsIgnoreCase(endpoint.getScheme());
    }

    private static void requireSafe(URI endpoint, boolean insecure) {
        String scheme = endpoint.getScheme() == null ? "" : endpoint.getScheme().toLowerCase(Locale.ROOT);
        boolean http = isHttp(endpoint);
        if (endpoint.getHost() == null || (!http && !scheme.equals("https"))) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + UriOptions.place(endpoint)
                            + " is not understood. It is like https://storage.googleapis.com.",
                    null);
        }
        if (http && !insecure && !isLoopback(endpoint)) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + UriOptions.place(endpoint)
                            + " is plain http on another machine: anybody on the way can read and change what is sent."
                            + " Use https; for an emulator on a network that you trust, add insecure_endpoint=true to"
                            + " the store's URI (insecureEndpoint in the builder).",
                    null);
        }
    }

    private static boolean isLoopback(URI endpoint) {
        return LOOPBACK.contains(String.valueOf(endpoint.getHost()).toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() {
        closeQuietly(locks);
        if (states != locks) {
            closeQuietly(states);
        }
    }

    private static void closeQuietly(Storage storage) {
        try {
            storage.close();
        } catch (Exception e) {
            throw new IllegalStateException("The client could not be closed", e);
        }
    }
}
