package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.StateDriver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What a builder comes to: the drivers, and what must be closed with them.
 *
 * @param locks the lock driver of the mode
 * @param states the state driver
 * @param digested the same with digests, where they are kept
 * @param bucket looks at the bucket's settings
 * @param table looks at the lock table's settings, where there is one
 * @param workspaces looks for the states of other workspaces, where none was named
 * @param proof proves that the store checks conditions, where that is in doubt; run before the first change
 * @param ours the clients and threads that were made here
 */
record S3Opening(
        LockDriver locks,
        StateDriver states,
        Optional<DigestedStates> digested,
        BucketInspection bucket,
        Optional<TableInspection> table,
        Optional<S3Workspaces> workspaces,
        Runnable proof,
        List<Runnable> ours) {

    /** As long as Terraform waits for a digest to follow its state. */
    private static final Duration DIGEST_PATIENCE = Duration.ofSeconds(10);

    static S3Opening open(S3Backend.Builder builder, EngineOptions options) {
        S3LockMode mode = mode(builder);
        requireTable(builder, mode);
        List<Runnable> ours = new ArrayList<>();
        try {
            return open(builder, options, mode, ours);
        } catch (RuntimeException e) {
            ours.forEach(Runnable::run);
            throw e;
        }
    }

    private static S3Opening open(
            S3Backend.Builder builder, EngineOptions options, S3LockMode mode, List<Runnable> ours) {
        Layout layout = layout(builder, builder.workspaceName());
        Duration timeout = options.callTimeout();
        S3Requests s3 = new S3Requests(s3Client(builder, options, ours), builder.bucket, builder.encryption);
        BucketVersioning versioning = new BucketVersioning(s3, timeout);
        ConditionProbe probe = new ConditionProbe(s3, layout, versioning, timeout);
        S3StateStore.Limits limits = new S3StateStore.Limits(
                options.transferTimeout(), options.changeTimeout(), (int) options.maxStateBytes());
        S3StateStore plain = new S3StateStore(s3, layout, limits, versioning);
        LockDriver file = new S3LockFileDriver(s3, layout, timeout, probe::deletesConditionally);
        Runnable proof = isToBeProved(builder, s3) ? probe : () -> {};
        BucketInspection bucket = new BucketInspection(s3, layout, mode != S3LockMode.DYNAMODB, timeout);
        Optional<S3Workspaces> others = workspaces(builder, s3, options.transferTimeout());
        if (builder.lockTable == null) {
            return new S3Opening(file, plain, Optional.empty(), bucket, Optional.empty(), others, proof, ours);
        }
        TableRequests table = new TableRequests(dynamoDbClient(builder, options, ours), builder.lockTable, timeout);
        Optional<TableInspection> inspected =
                Optional.of(new TableInspection(table, new NameInspection(table, s3, layout, timeout), timeout));
        LockDriver locks = locks(mode, file, new DynamoDbLockDriver(table, layout));
        if (Boolean.FALSE.equals(builder.digest)) {
            return new S3Opening(locks, plain, Optional.empty(), bucket, inspected, others, proof, ours);
        }
        DigestedStates digested = digested(plain, new DigestItems(table, layout), ours);
        return new S3Opening(locks, digested, Optional.of(digested), bucket, inspected, others, proof, ours);
    }

    private static Optional<S3Workspaces> workspaces(S3Backend.Builder builder, S3Requests s3, Duration timeout) {
        return builder.workspaceName().isPresent()
                ? Optional.empty()
                : Optional.of(new S3Workspaces(
                        s3, builder.workspaceKeyPrefix, workspace -> layout(builder, Optional.of(workspace)), timeout));
    }

    static Layout layout(S3Backend.Builder builder, Optional<String> workspace) {
        Layout layout = Layout.of(builder.bucket, builder.prefix, workspace, builder.workspaceKeyPrefix);
        return builder.lockTable == null ? layout : layout.withItems();
    }

    private static LockDriver locks(S3LockMode mode, LockDriver file, LockDriver table) {
        return switch (mode) {
            case LOCK_FILE -> file;
            case DYNAMODB -> table;
            case BOTH -> new BothLockDriver(file, table);
        };
    }

    private static DigestedStates digested(S3StateStore plain, DigestItems digests, List<Runnable> ours) {
        ExecutorService sideReads = sideReads();
        ours.add(sideReads::shutdown);
        return new DigestedStates(plain, digests, new DigestReads(plain, digests, sideReads, DIGEST_PATIENCE));
    }

    private static S3LockMode mode(S3Backend.Builder builder) {
        if (builder.lockMode != null) {
            return builder.lockMode;
        }
        return builder.lockTable == null ? S3LockMode.LOCK_FILE : S3LockMode.DYNAMODB;
    }

    private static void requireTable(S3Backend.Builder builder, S3LockMode mode) {
        if (builder.lockTable != null) {
            return;
        }
        if (mode != S3LockMode.LOCK_FILE) {
            throw new BackendMisconfiguredException("The lock mode " + mode + " needs a lock table.", null);
        }
        if (Boolean.TRUE.equals(builder.digest)) {
            throw new BackendMisconfiguredException("Digests are kept in a lock table, and none is given.", null);
        }
    }

    private static S3Client s3Client(S3Backend.Builder builder, EngineOptions options, List<Runnable> ours) {
        if (builder.s3Client != null) {
            return builder.s3Client;
        }
        S3Clients.Account account =
                new S3Clients.Account(builder.region, builder.credentials, builder.insecureEndpoint);
        S3Client client = S3Clients.s3(account, builder.endpoint, builder.pathStyle, options.maxConnections());
        ours.add(client::close);
        return client;
    }

    private static DynamoDbClient dynamoDbClient(
            S3Backend.Builder builder, EngineOptions options, List<Runnable> ours) {
        if (builder.dynamoDbClient != null) {
            return builder.dynamoDbClient;
        }
        S3Clients.Account account =
                new S3Clients.Account(builder.region, builder.credentials, builder.insecureEndpoint);
        DynamoDbClient client = S3Clients.dynamoDb(account, builder.dynamoDbEndpoint, options.maxConnections());
        ours.add(client::close);
        return client;
    }

    private static boolean isToBeProved(S3Backend.Builder builder, S3Requests s3) {
        @Nullable Boolean asked = builder.verifyConditionalWrites;
        return asked == null
                ? s3.client().serviceClientConfiguration().endpointOverride().isPresent()
                : asked;
    }

    /** Each read of a state takes one; none of them live when nothing is read. */
    private static ExecutorService sideReads() {
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "statelock-digest");
            thread.setDaemon(true);
            return thread;
        });
    }

    void close() {
        ours.forEach(Runnable::run);
    }
}
