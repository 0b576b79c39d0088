package io.github.statelock.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.CustomerProvidedKey;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.Inspectable;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * States and locks in a container of Azure Blob Storage: {@code azblob://container@account/prefix}. Wire-compatible with
 * Terraform's and OpenTofu's {@code azurerm} backend: each excludes the others on the same blob.
 *
 * <p>A lock is a lease on the state's blob, from 15 to 60 seconds, renewed while it is held; the service ends the lease of a
 * holder that died, and refuses every write of a former holder. A blob that does not exist is made empty to be locked, which
 * is no state.
 *
 * <p>Safe for use by several threads.
 */
public final class AzureBackend extends DriverBackend implements Inspectable {

    private final AzureInspection inspection;
    private final CallThreads threads;

    private AzureBackend(
            BlobLeaseLockDriver locks,
            BlobStateStore states,
            AzureInspection inspection,
            EngineOptions options,
            CallThreads threads) {
        super(locks, states, options);
        this.inspection = inspection;
        this.threads = threads;
    }

    @Override
    public List<Finding> inspect() {
        return inspection.findings();
    }

    @Override
    public List<String> purge(StateKey key) {
        return inspection.purge(key);
    }

    @Override
    protected void closeClients() {
        threads.close();
    }

    /**
     * A builder with the defaults: say either the container's client, or the container, the account and a credential.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds {@link AzureBackend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        private @Nullable BlobContainerClient client;
        final AzureClients clients = new AzureClients();
        private String prefix = "";
        private boolean snapshots;
        private boolean breakUnnamedLeases;

        private Builder() {
            super(EngineOptions.builder());
        }

        /**
         * A client that the caller has configured and closes. Its HTTP client, URL, credentials, policies and their order,
         * service version, customer-provided key, encryption scope and tracer are used; its retries are not: each request is
         * sent once, and repeated by this library where that is right. A policy of the caller's own that sends a request again
         * after it went unanswered is stopped. The client itself stays as it is.
         *
         * @param client the container's client; by default one is made
         * @return this builder
         */
        public Builder client(BlobContainerClient client) {
            this.client = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * The container, which must exist.
         *
         * @param container its name; there is no default where no client is given
         * @return this builder
         */
        public Builder container(String container) {
            clients.container = Objects.requireNonNull(container, "container");
            return this;
        }

        /**
         * The storage account.
         *
         * @param account its name; by default none, so that an endpoint or a connection string must name it
         * @return this builder
         */
        public Builder account(String account) {
            clients.account = Objects.requireNonNull(account, "account");
            return this;
        }

        /**
         * The blob endpoint, where it is not the one that follows from the account: another cloud, an emulator.
         *
         * @param endpoint with https, or with http for this machine only; by default
         *     {@code https://<account>.blob.core.windows.net}
         * @return this builder
         */
        public Builder endpoint(URI endpoint) {
            clients.endpoint = Objects.requireNonNull(endpoint, "endpoint");
            return this;
        }

        /**
         * A connection string, as the account's page of access keys shows it.
         *
         * @param connectionString account and key or SAS; by default none
         * @return this builder
         */
        public Builder connectionString(String connectionString) {
            clients.connectionString = Objects.requireNonNull(connectionString, "connectionString");
            return this;
        }

        /**
         * The account's key.
         *
         * @param key the key in base64; by default none
         * @return this builder
         */
        public Builder accountKey(String key) {
            clients.accountKey = Objects.requireNonNull(key, "key");
            return this;
        }

        /**
         * A shared access signature for the account or the container.
         *
         * @param token the signature, as a query string; by default none
         * @return this builder
         */
        public Builder sasToken(String token) {
            clients.sasToken = Objects.requireNonNull(token, "token");
            return this;
        }

        /**
         * A credential of Microsoft Entra ID.
         *
         * @param credential gives tokens; by default, where no other kind of credential is given and the library
         *     {@code azure-identity} is on the class path, its {@code DefaultAzureCredential}
         * @return this builder
         */
        public Builder credential(TokenCredential credential) {
            clients.credential = Objects.requireNonNull(credential, "credential");
            return this;
        }

        /**
         * A key of the caller's own that states are encrypted with. The service does not keep it.
         *
         * @param base64 256 bits in base64; by default none, the service's own keys
         * @return this builder
         * @throws IllegalArgumentException if it is not base64
         */
        public Builder customerProvidedKey(String base64) {
            clients.customerKey = new CustomerProvidedKey(base64);
            return this;
        }

        /**
         * The account's encryption scope that states are encrypted with.
         *
         * @param scope its name; by default the container's
         * @return this builder
         */
        public Builder encryptionScope(String scope) {
            clients.encryptionScope = Objects.requireNonNull(scope, "scope");
            return this;
        }

        /** The environment, which names the proxies; by default the process's. */
        Builder environment(Map<String, String> environment) {
            clients.environment = environment;
            return this;
        }

        /**
         * What is before every key, with a slash between.
         *
         * @param prefix by default empty
         * @return this builder
         */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * Whether a write first keeps the state before it as a snapshot of the blob, as Terraform can. Costs one request for
         * each write. An account that keeps versions of blobs does not need it.
         *
         * @param snapshots by default false
         * @return this builder
         */
        public Builder snapshots(boolean snapshots) {
            this.snapshots = snapshots;
            return this;
        }

        /**
         * Whether a force-unlock may break a lease whose ID nobody knows, named by the version that
         * {@link io.github.statelock.LockManager#inspect} shows. It may hit a holder that has just come and has not written its
         * name yet.
         *
         * @param allow by default false: a lease is ended by its ID only
         * @return this builder
         */
        public Builder breakUnnamedLeases(boolean allow) {
            this.breakUnnamedLeases = allow;
            return this;
        }

        /**
         * Opens the container. No request is sent: what is wrong with it shows with the first.
         *
         * @return a new backend, to be closed by the caller
         * @throws BackendMisconfiguredException if the container, the account or a credential is missing, a key is not base64,
         *     two of them do not fit together, or the environment's proxy cannot be used
         */
        public AzureBackend build() {
            EngineOptions options = engineOptions();
            CallThreads threads = new CallThreads();
            BlobContainerClient container = client != null ? clients.from(client) : clients.build(options, threads);
            Blobs blobs =
                    new Blobs(container, folder(prefix), options.callTimeout(), options.transferTimeout(), threads);
            KnownBlobs known = new KnownBlobs();
            BlobLeaseLockDriver locks = new BlobLeaseLockDriver(blobs, known, breakUnnamedLeases);
            return new AzureBackend(
                    locks,
                    new BlobStateStore(blobs, known, locks::observe, snapshots),
                    new AzureInspection(blobs),
                    options,
                    threads);
        }

        private static String folder(String prefix) {
            String inner = prefix.replaceAll("^/+|/+$", "");
            return inner.isEmpty() ? "" : inner + "/";
        }
    }
}
