package io.github.statelock.gcs;

import com.google.auth.Credentials;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.ServiceOptions;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The clients of one backend: one for locks and one for states, which differ in their timeouts. Each request is sent once; the
 * engine sends again what went unanswered.
 *
 * @param locks for lock and fence objects
 * @param states for state objects
 * @param own whether they are ours: they send each request once, and are closed with the backend
 */
record GcsClients(Storage locks, Storage states, boolean own) implements AutoCloseable {

    /** Object requests need no project, and looking for one asks the metadata server of a machine that may not be there. */
    private static final String NO_PROJECT = "no-project";

    private static final String SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    /**
     * How to reach the service.
     *
     * @param endpoint the service, where it is not Google's own
     * @param credentials who asks; by default the application default credentials
     * @param project the project to name
     */
    record Access(Optional<URI> endpoint, Optional<Credentials> credentials, Optional<String> project) {}

    /** The caller's client. It may send requests again on its own. */
    static GcsClients of(Storage storage) {
        return new GcsClients(storage, storage, false);
    }

    /** Clients of our own. */
    static GcsClients open(Access access, Duration callTimeout, Duration transferTimeout) {
        access.endpoint().ifPresent(GcsClients::requireSafe);
        Credentials credentials = access.credentials().orElseGet(() -> defaultCredentials(access.endpoint()));
        JdkTransport transport = new JdkTransport(callTimeout);
        return new GcsClients(
                client(access, credentials, transport, callTimeout),
                client(access, credentials, transport, transferTimeout),
                true);
    }

    /** Whether the store may be one that ignores preconditions: any that is not Google's. */
    boolean isForeign() {
        String host = locks.getOptions().getHost();
        return host != null && !host.matches("https://[a-z0-9.-]*\\.googleapis\\.com/?");
    }

    private static Storage client(Access access, Credentials credentials, JdkTransport transport, Duration timeout) {
        int millis = (int) Math.min(timeout.toMillis(), Integer.MAX_VALUE);
        StorageOptions.Builder options = StorageOptions.http()
                .setTransportOptions(HttpTransportOptions.newBuilder()
                        .setHttpTransportFactory(() -> transport)
                        .setConnectTimeout(millis)
                        .setReadTimeout(millis)
                        .build())
                .setRetrySettings(ServiceOptions.getNoRetrySettings())
                .setCredentials(credentials)
                .setProjectId(access.project().orElse(NO_PROJECT));
        access.endpoint().ifPresent(endpoint -> options.setHost(endpoint.toString()));
        return options.build().getService();
    }

    private static Credentials defaultCredentials(Optional<URI> endpoint) {
        if (endpoint.isPresent() && isLoopback(endpoint.get())) {
            return NoCredentials.getInstance();
        }
        try {
            return GoogleCredentials.getApplicationDefault().createScoped(SCOPE);
        } catch (IOException e) {
            throw new BackendDeniedException(
                    "There are no credentials for Google Cloud Storage. Set GOOGLE_APPLICATION_CREDENTIALS, run"
                            + " \"gcloud auth application-default login\", or hand credentials to the builder.",
                    e);
        }
    }

    private static void requireSafe(URI endpoint) {
        String scheme = endpoint.getScheme() == null ? "" : endpoint.getScheme().toLowerCase(Locale.ROOT);
        boolean http = scheme.equals("http");
        if (endpoint.getHost() == null || (!http && !scheme.equals("https"))) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + endpoint + " is not understood. It is like https://storage.googleapis.com.",
                    null);
        }
        if (http && !isLoopback(endpoint)) {
            throw new BackendMisconfiguredException(
                    "The endpoint " + endpoint
                            + " is plain http, which is for this machine (localhost) only: use https.",
                    null);
        }
    }

    private static boolean isLoopback(URI endpoint) {
        return LOOPBACK.contains(String.valueOf(endpoint.getHost()).toLowerCase(Locale.ROOT));
    }

    @Override
    public void close() {
        if (own) {
            closeQuietly(locks);
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
