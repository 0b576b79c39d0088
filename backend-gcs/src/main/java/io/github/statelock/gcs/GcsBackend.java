package io.github.statelock.gcs;

import com.google.auth.Credentials;
import com.google.cloud.storage.Storage;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.Inspectable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * States and locks in a bucket of Google Cloud Storage: {@code gs://bucket/prefix}. Terraform and OpenTofu with the backend
 * {@code gcs} on the same bucket and prefix see the same states and are excluded by the same locks: the state of a workspace
 * has the key {@link #workspaceKey}.
 *
 * <p>A lock is an object that is inserted where there is none, and deleted on condition of its generation. Leases are at
 * least 10 s. The service takes about one change of an object per second. Changes are sent at once; after the service has
 * throttled one, all backends of a JVM together send one change of that object per second.
 *
 * <p>Safe for use by several threads.
 */
public final class GcsBackend extends DriverBackend implements Inspectable {

    private final GcsClients clients;
    private final GcsInspection inspection;

    private GcsBackend(
            GcsClients clients,
            GcsObjects objects,
            GenerationLockDriver locks,
            GcsStateStore states,
            EngineOptions options,
            Runnable proof) {
        super(locks, states, options, proof);
        this.clients = clients;
        this.inspection = new GcsInspection(objects);
    }

    /**
     * A builder with the defaults.
     *
     * @param bucket the bucket, which must exist
     * @return a new builder
     */
    public static Builder builder(String bucket) {
        return new Builder(bucket);
    }

    /**
     * The key of a workspace's state, as Terraform names it: {@code <workspace>.tfstate}.
     *
     * @param workspace the workspace; Terraform's first one is {@code default}
     * @return the key
     * @throws IllegalArgumentException if no key can have that name
     */
    public static StateKey workspaceKey(String workspace) {
        return StateKey.of(workspace + ".tfstate");
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
        clients.close();
    }

    /** Builds {@link GcsBackend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        private static final Duration POLL_FROM = Duration.ofSeconds(1);
        private static final Duration POLL_TO = Duration.ofSeconds(2);
        private static final Duration LEAST_CALL_TIMEOUT = Duration.ofSeconds(3);

        private static final String EMULATOR = "STORAGE_EMULATOR_HOST";

        private final String bucket;
        private String prefix = "";
        private @Nullable Storage storage;
        private Optional<URI> endpoint = Optional.empty();
        private boolean insecureEndpoint;
        private Optional<Credentials> credentials = Optional.empty();
        private Optional<String> project = Optional.empty();
        private Optional<String> userProject = Optional.empty();
        private Optional<String> encryptionKey = Optional.empty();
        private Optional<String> kmsKeyName = Optional.empty();
        private boolean versioning = true;
        private Optional<Boolean> verifyConditions = Optional.empty();

        private Builder(String bucket) {
            super(EngineOptions.builder().poll(POLL_FROM, POLL_TO).changeInterval(GcsErrors.CHANGE_INTERVAL));
            this.bucket = Objects.requireNonNull(bucket, "bucket");
        }

        /**
         * What is before every key, with a slash between: Terraform's {@code prefix}.
         *
         * @param prefix by default empty
         * @return this builder
         */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * A client that the caller configured and closes. The backend makes clients of its own from its options: credentials,
         * host, project, headers. They send each request once, whatever the caller's retries are, over the backend's transport
         * and with its timeouts.
         *
         * <p>A transport factory that the caller set is kept, with the caller's timeouts: set them. It must send an insert and a
         * patch once. It may repeat a DELETE: a release that finds no lock then counts as done, whether or not the lock was
         * force-unlocked before, and a release that finds another's lock counts as a loss.
         *
         * @param storage by default a client of the backend's own
         * @return this builder
         */
        public Builder storage(Storage storage) {
            this.storage = Objects.requireNonNull(storage, "storage");
            return this;
        }

        /**
         * Where the service is. At a loopback address no credentials are asked for.
         *
         * @param endpoint by default the environment variable {@code STORAGE_EMULATOR_HOST}, else Google's own
         * @return this builder
         */
        public Builder endpoint(URI endpoint) {
            this.endpoint = Optional.of(endpoint);
            return this;
        }

        /**
         * Whether the endpoint, or the one of {@code STORAGE_EMULATOR_HOST}, may be plain http on another machine, such as an
         * emulator in a network of containers. By default no credentials are sent there.
         *
         * @param allowed by default false: plain http is for this machine only
         * @return this builder
         */
        public Builder insecureEndpoint(boolean allowed) {
            this.insecureEndpoint = allowed;
            return this;
        }

        /**
         * Who asks.
         *
         * @param credentials by default the application default credentials
         * @return this builder
         */
        public Builder credentials(Credentials credentials) {
            this.credentials = Optional.of(credentials);
            return this;
        }

        /**
         * The project that the client names. Reading and writing objects needs none.
         *
         * @param project by default none
         * @return this builder
         */
        public Builder project(String project) {
            this.project = Optional.of(project);
            return this;
        }

        /**
         * The project to bill, where the bucket's requesters pay.
         *
         * @param project by default none
         * @return this builder
         */
        public Builder userProject(String project) {
            this.userProject = Optional.of(project);
            return this;
        }

        /**
         * A key of the caller's own that the service encrypts states with. Locks are not encrypted with it.
         *
         * @param base64 32 bytes in base64, as Terraform's {@code encryption_key}; by default none
         * @return this builder
         */
        public Builder encryptionKey(String base64) {
            this.encryptionKey = Optional.of(base64);
            return this;
        }

        /**
         * A key of Cloud KMS that the service encrypts states with. Locks are not encrypted with it.
         *
         * @param name its resource name, as Terraform's {@code kms_encryption_key}; by default none
         * @return this builder
         */
        public Builder kmsKeyName(String name) {
            this.kmsKeyName = Optional.of(name);
            return this;
        }

        /**
         * Whether the bucket keeps old versions, which {@link io.github.statelock.StateBackend#capabilities()} then says. The
         * bucket is not asked, since that takes a permission that nothing else needs.
         *
         * @param versioning by default true, as every bucket with states should
         * @return this builder
         */
        public Builder versioning(boolean versioning) {
            this.versioning = versioning;
            return this;
        }

        /**
         * Whether the store must prove, before the first change, that it refuses changes whose preconditions do not hold.
         *
         * @param verify by default true for a store that is not Google's
         * @return this builder
         */
        public Builder verifyConditionalWrites(boolean verify) {
            this.verifyConditions = Optional.of(verify);
            return this;
        }

        /**
         * Opens the bucket. Sends no request.
         *
         * @return a new backend, to be closed by the caller
         * @throws BackendMisconfiguredException if the options contradict each other or make no sense: the call timeout is at
         *     least 3 s, since a change may have to wait for a second after the one before
         * @throws BackendDeniedException if there are no credentials
         */
        public GcsBackend build() {
            return build(System.getenv());
        }

        GcsBackend build(Map<String, String> environment) {
            EngineOptions options = engineOptions();
            if (options.callTimeout().compareTo(LEAST_CALL_TIMEOUT) < 0) {
                throw new BackendMisconfiguredException(
                        "The call timeout is " + options.callTimeout().toMillis() + " ms, the least is "
                                + LEAST_CALL_TIMEOUT.toMillis()
                                + " ms: a change may have to wait for a second after the one before.",
                        null);
            }
            GcsNames names = GcsNames.of(bucket, prefix);
            StateEncryption encryption = new StateEncryption(encryptionKey, kmsKeyName);
            GcsClients clients = clients(options, environment);
            GcsObjects lockObjects = new GcsObjects(clients.locks(), names, userProject);
            GcsObjects stateObjects = new GcsObjects(clients.states(), names, userProject);
            boolean verified = verifyConditions.orElseGet(clients::isForeign);
            return new GcsBackend(
                    clients,
                    lockObjects,
                    new GenerationLockDriver(lockObjects, clients.replays()),
                    new GcsStateStore(stateObjects, encryption, versioning),
                    options,
                    verified ? new ConditionProof(lockObjects) : () -> {});
        }

        private GcsClients clients(EngineOptions options, Map<String, String> environment) {
            if (storage == null) {
                Optional<URI> place = endpoint.or(() -> emulatorAt(environment.getOrDefault(EMULATOR, "")));
                GcsClients.Access access = new GcsClients.Access(place, credentials, project, insecureEndpoint);
                return GcsClients.open(access, options, environment);
            }
            if (endpoint.isPresent() || credentials.isPresent() || project.isPresent()) {
                throw new BackendMisconfiguredException(
                        "A client that is handed in has its own endpoint, credentials and project: set them there.",
                        null);
            }
            return GcsClients.like(storage, options, environment);
        }

        private static Optional<URI> emulatorAt(String emulator) {
            if (emulator.isBlank()) {
                return Optional.empty();
            }
            String url = emulator.contains("://") ? emulator : "http://" + emulator;
            try {
                return Optional.of(URI.create(url));
            } catch (IllegalArgumentException e) {
                throw new BackendMisconfiguredException(EMULATOR + " is not an address: " + emulator, e);
            }
        }
    }
}
