package io.github.statelock.s3;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.Inspectable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * States in an S3 bucket, locked by DynamoDB, by lock files, or both, as Terraform and OpenTofu do it:
 * {@code s3://bucket/prefix?dynamodb_table=locks}.
 *
 * <p>Every key is under the prefix; the object of a key is where Terraform's {@code key} would put it. A version of a state is
 * its ETag, so equal bytes are the same version.
 *
 * <p>Safe for use by several threads.
 */
public final class S3Backend extends DriverBackend implements Inspectable {

    private final S3Opening opened;

    private S3Backend(S3Opening opened, EngineOptions options) {
        super(opened.locks(), opened.states(), options, opened.proof());
        this.opened = opened;
    }

    /**
     * A builder with the defaults.
     *
     * @param bucket the bucket
     * @return a new builder
     */
    public static Builder builder(String bucket) {
        return new Builder(bucket);
    }

    /**
     * Makes a state's digest item follow the state, for when something that keeps no digests changed it. Takes the key's lock
     * for it, without waiting. Done only if S3's own checksum proves that the state is whole.
     *
     * @param key the key
     * @throws LockHeldException if somebody holds the lock
     * @throws StateCorruptException if the state cannot be proved whole
     * @throws BackendMisconfiguredException if this backend keeps no digests
     * @throws InterruptedException if interrupted while the lock was taken
     */
    public void repairDigest(StateKey key) throws InterruptedException {
        repairDigest(key, LockOptions.operation("repair-digest"));
    }

    /**
     * The same, with a lock of the caller's choice, which may be waited for.
     *
     * @param key the key
     * @param options how to take the lock
     * @throws LockHeldException if somebody still holds the lock after the wait
     * @throws StateCorruptException if the state cannot be proved whole
     * @throws BackendMisconfiguredException if this backend keeps no digests
     * @throws InterruptedException if interrupted while the lock was taken
     */
    public void repairDigest(StateKey key, LockOptions options) throws InterruptedException {
        DigestedStates digested = digested();
        try (HeldLock lock = locks().acquire(key, options)) {
            lock.ensureHeld();
            digested.repair(key);
        }
    }

    /**
     * The states of the other workspaces: of all but {@code default}, which this backend shows where no
     * {@link Builder#workspace} is named. To use them, open the bucket with that workspace.
     *
     * @param prefix the beginning of the keys; empty for all
     * @return the keys by workspace, both in order; none where this backend is opened with a workspace itself, or with an empty
     *     {@link Builder#workspaceKeyPrefix}, which does not tell a workspace from a folder
     * @throws BackendDeniedException if the bucket may not be listed there
     * @throws BackendUnavailableException if the store did not serve
     */
    public SortedMap<String, List<StateKey>> workspaces(String prefix) {
        Objects.requireNonNull(prefix, "prefix");
        return opened.workspaces().map(others -> others.states(prefix)).orElseGet(TreeMap::new);
    }

    /**
     * The same, under a lock that another process holds and goes on holding: see {@link #borrow}.
     *
     * @param key the key
     * @param lockId the lock's ID
     * @throws LockLostException if the key is not locked, or the store knows that the lock's holder is dead
     * @throws LockIdMismatchException if somebody with another ID holds the lock; it names the holder
     * @throws StateCorruptException if the state cannot be proved whole
     * @throws BackendMisconfiguredException if this backend keeps no digests
     */
    public void repairDigest(StateKey key, String lockId) {
        DigestedStates digested = digested();
        try (LockedState locked = borrow(key, lockId)) {
            digested.repair(locked.lock().key());
        }
    }

    private DigestedStates digested() {
        return opened.digested()
                .orElseThrow(() -> new BackendMisconfiguredException(
                        "There is nothing to repair: this backend has no lock table, or its digest is off.", null));
    }

    @Override
    public List<Finding> inspect() {
        List<Finding> found = new ArrayList<>(opened.bucket().findings());
        opened.table().ifPresent(table -> found.addAll(table.findings()));
        return found;
    }

    @Override
    public List<String> purge(StateKey key) {
        return opened.bucket().purge(key);
    }

    @Override
    protected void closeClients() {
        opened.close();
    }

    /** Builds {@link S3Backend}s. Not safe for use by several threads; what it builds is. */
    public static final class Builder extends DriverBackend.Builder<Builder> {

        final String bucket;
        String prefix = "";

        @Nullable
        String workspace;

        String workspaceKeyPrefix = "env:";

        @Nullable
        S3Client s3Client;

        @Nullable
        DynamoDbClient dynamoDbClient;

        @Nullable
        String region;

        @Nullable
        URI endpoint;

        @Nullable
        URI dynamoDbEndpoint;

        boolean insecureEndpoint;

        @Nullable
        Boolean pathStyle;

        @Nullable
        AwsCredentialsProvider credentials;

        @Nullable
        String lockTable;

        @Nullable
        S3LockMode lockMode;

        S3Encryption encryption = S3Encryption.bucketDefault();

        @Nullable
        Boolean digest;

        @Nullable
        Boolean verifyConditionalWrites;

        private Builder(String bucket) {
            super(EngineOptions.builder().poll(Duration.ofSeconds(1), Duration.ofSeconds(2)));
            this.bucket = Objects.requireNonNull(bucket, "bucket");
        }

        /**
         * What stands before every key.
         *
         * @param prefix by default empty; a slash is added where it has none at its end
         * @return this builder
         */
        public Builder prefix(String prefix) {
            this.prefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * The workspace, as Terraform lays it out: the states of {@code dev} are under {@code env:/dev/}.
         *
         * @param name by default {@code default}, which is under nothing
         * @return this builder
         */
        public Builder workspace(String name) {
            this.workspace = Objects.requireNonNull(name, "name");
            return this;
        }

        /**
         * What stands before the workspace's name.
         *
         * @param prefix by default {@code env:}, as Terraform's
         * @return this builder
         */
        public Builder workspaceKeyPrefix(String prefix) {
            this.workspaceKeyPrefix = Objects.requireNonNull(prefix, "prefix");
            return this;
        }

        /**
         * The client for S3. It stays open when the backend is closed. Its own retries are turned off for each change, since a
         * repeated conditional write is refused by its own success.
         *
         * @param client by default one is made
         * @return this builder
         */
        public Builder s3Client(S3Client client) {
            this.s3Client = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * The client for DynamoDB, as {@link #s3Client}.
         *
         * @param client by default one is made
         * @return this builder
         */
        public Builder dynamoDbClient(DynamoDbClient client) {
            this.dynamoDbClient = Objects.requireNonNull(client, "client");
            return this;
        }

        /**
         * The region of clients that are made here.
         *
         * @param region by default the SDK's default chain tells it, and {@code us-east-1} where that knows none and an endpoint
         *     is given
         * @return this builder
         */
        public Builder region(String region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        /**
         * Another S3 than AWS's. Without TLS only on this machine, unless {@link #insecureEndpoint} allows it.
         *
         * @param endpoint by default the region's
         * @return this builder
         */
        public Builder endpoint(URI endpoint) {
            this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
            return this;
        }

        /**
         * Another DynamoDB than AWS's. Without TLS only on this machine, unless {@link #insecureEndpoint} allows it.
         *
         * @param endpoint by default the region's
         * @return this builder
         */
        public Builder dynamoDbEndpoint(URI endpoint) {
            this.dynamoDbEndpoint = Objects.requireNonNull(endpoint, "endpoint");
            return this;
        }

        /**
         * Whether {@link #endpoint} and {@link #dynamoDbEndpoint} may be plain http on another machine, such as a store in a
         * network of containers. Whoever is on the way can read and change what is sent.
         *
         * @param allowed by default false
         * @return this builder
         */
        public Builder insecureEndpoint(boolean allowed) {
            this.insecureEndpoint = allowed;
            return this;
        }

        /**
         * Whether the bucket's name is in the path instead of in the host's name, for the client that is made here.
         *
         * @param pathStyle by default true with an {@link #endpoint}, and false without
         * @return this builder
         */
        public Builder pathStyle(boolean pathStyle) {
            this.pathStyle = pathStyle;
            return this;
        }

        /**
         * The credentials of clients that are made here.
         *
         * @param credentials by default the SDK's default chain
         * @return this builder
         */
        public Builder credentials(AwsCredentialsProvider credentials) {
            this.credentials = Objects.requireNonNull(credentials, "credentials");
            return this;
        }

        /**
         * The DynamoDB table for locks and digests, with the partition key {@code LockID}. {@link LockTable} makes one.
         *
         * @param table by default none
         * @return this builder
         */
        public Builder lockTable(String table) {
            this.lockTable = Objects.requireNonNull(table, "table");
            return this;
        }

        /**
         * Where locks are kept.
         *
         * @param mode by default DYNAMODB with a lock table, and LOCK_FILE without
         * @return this builder
         */
        public Builder lockMode(S3LockMode mode) {
            this.lockMode = Objects.requireNonNull(mode, "mode");
            return this;
        }

        /**
         * How states and lock files are encrypted by S3.
         *
         * @param encryption by default whatever the bucket does
         * @return this builder
         */
        public Builder encryption(S3Encryption encryption) {
            this.encryption = Objects.requireNonNull(encryption, "encryption");
            return this;
        }

        /**
         * Whether each state's MD5 is kept in the lock table, written after the state and compared at each read, as Terraform
         * does.
         *
         * @param digest by default true with a lock table, and false without
         * @return this builder
         */
        public Builder digest(boolean digest) {
            this.digest = digest;
            return this;
        }

        /**
         * Whether the store must prove, before the first change, that it checks the conditions of writes. An object is written
         * and deleted for it. Reads need no proof.
         *
         * @param verify by default true where the client has an endpoint that is not the region's
         * @return this builder
         */
        public Builder verifyConditionalWrites(boolean verify) {
            this.verifyConditionalWrites = verify;
            return this;
        }

        /**
         * Opens the bucket. Sends no request: what is wrong with the bucket or the credentials shows with the first one.
         *
         * @return a new backend, to be closed by the caller
         * @throws BackendMisconfiguredException if the options contradict each other or no region is known
         */
        public S3Backend build() {
            EngineOptions options = engineOptions();
            return new S3Backend(S3Opening.open(this, options), options);
        }

        Optional<String> workspaceName() {
            return Optional.ofNullable(workspace);
        }
    }
}
