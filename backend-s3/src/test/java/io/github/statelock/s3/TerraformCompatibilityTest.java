package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.terraform.LockInfoCodec;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/** Records written by hand, byte for byte as Terraform and OpenTofu write them, and ours as those read them. */
@Tag("real-time")
class TerraformCompatibilityTest {

    private static final LockOptions OPTIONS =
            LockOptions.builder().operation("compat").noLease().build();

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("compat/" + UUID.randomUUID() + "/network.tfstate");
    private final String path = store.bucket + "/" + key.value();
    private final String id = UUID.randomUUID().toString();

    /** As Go's encoding/json marshals it. */
    private final String record =
            "{\"ID\":\"" + id + "\",\"Operation\":\"OperationTypeApply\",\"Info\":\"a \\u0026 b\","
                    + "\"Who\":\"deployer@host\",\"Version\":\"1.13.0\",\"Created\":\"2026-01-02T03:04:05.38Z\",\"Path\":\""
                    + path
                    + "\"}";

    @ParameterizedTest
    @EnumSource
    void theirLockIsHonouredShownAndForced(S3LockMode mode) throws Exception {
        store.putRecord(mode, key, record);
        try (S3Backend backend = store.builder(mode).build()) {
            LockAttempt.Held held = (LockAttempt.Held) backend.locks().tryAcquire(key, OPTIONS);
            assertThat(held.holder().info().orElseThrow()).isEqualTo(LockInfoCodec.decode(record.getBytes(UTF_8)));
            assertThat(held.holder().lease()).as("never taken over").isEmpty();
            assertThat(backend.locks().list("compat/")).anyMatch(lock -> lock.hasId(id));
            assertThatThrownBy(() ->
                            backend.locks().forceUnlock(key, UUID.randomUUID().toString()))
                    .isInstanceOf(LockIdMismatchException.class)
                    .hasMessageContaining(id);
            assertThat(backend.locks().forceUnlock(key, id)).isTrue();
            backend.locks().acquire(key, OPTIONS).release();
        }
    }

    @Test
    void ourItemIsTheirsWithMoreAttributes() throws Exception {
        try (S3Backend backend = store.builder(S3LockMode.DYNAMODB).build();
                HeldLock lock = backend.locks().acquire(key, LockOptions.operation("compat"))) {
            Map<String, AttributeValue> item = store.item(path);
            assertThat(item.keySet()).containsExactlyInAnyOrder("LockID", "Info", "Holder", "Beat", "LeaseMillis");
            assertThat(store.attribute(path, "LockID").s()).isEqualTo(path);
            assertThat(store.attribute(path, "Info").s())
                    .isEqualTo(new String(LockInfoCodec.encode(lock.info()), UTF_8))
                    .contains("\"Path\":\"" + path + "\"");
            assertThat(store.attribute(path, "Holder").s())
                    .isEqualTo(lock.info().id());
            assertThat(store.attribute(path, "LeaseMillis").n()).isEqualTo("30000");
        }
    }

    /** OpenTofu decodes the info, encodes it again, and deletes on condition of those bytes. */
    @Test
    void theirConditionalDeleteOfOurItemSucceedsBeforeAndAfterRenewals() {
        LockDriver locks = store.drivers(S3LockMode.DYNAMODB).locks();
        for (int renewals : new int[] {0, 2}) {
            OwnedLock lock = ((AcquireOutcome.Acquired) locks.tryAcquire(TestLocks.proposal(locks, key))).lock();
            for (int i = 0; i < renewals; i++) {
                lock = ((RenewOutcome.Renewed) locks.renew(lock)).lock();
            }
            String read = store.attribute(path, "Info").s();
            String again = new String(LockInfoCodec.encode(LockInfoCodec.decode(read.getBytes(UTF_8))), UTF_8);
            assertThatThrownBy(() -> deleteAsOpenTofu(again.replace("OperationTypeApply", "Other")))
                    .isInstanceOf(ConditionalCheckFailedException.class);
            deleteAsOpenTofu(again);
            assertThat(store.item(path)).isEmpty();
            assertThat(locks.renew(lock)).isInstanceOf(RenewOutcome.Lost.class);
        }
    }

    private void deleteAsOpenTofu(String info) {
        store.dynamoDb.deleteItem(request -> request.tableName(store.table)
                .key(Map.of("LockID", AttributeValue.fromS(path)))
                .conditionExpression("Info = :info")
                .expressionAttributeValues(Map.of(":info", AttributeValue.fromS(info))));
    }

    @Test
    void theirPutOfAnItemIsRefusedByOurs() throws Exception {
        try (S3Backend backend = store.builder(S3LockMode.DYNAMODB).build();
                HeldLock lock = backend.locks().acquire(key, OPTIONS)) {
            assertThatThrownBy(() -> store.dynamoDb.putItem(request -> request.tableName(store.table)
                            .conditionExpression("attribute_not_exists(LockID)")
                            .item(Map.of("LockID", AttributeValue.fromS(path), "Info", AttributeValue.fromS(record)))))
                    .isInstanceOf(ConditionalCheckFailedException.class);
            lock.ensureHeld();
        }
    }

    @Test
    void ourLockFileIsTheirsWithOneMoreKeyAndAnotherBodyAfterEachRenewal() {
        LockDriver locks = store.drivers(S3LockMode.LOCK_FILE).locks();
        OwnedLock lock = ((AcquireOutcome.Acquired) locks.tryAcquire(TestLocks.proposal(locks, key))).lock();
        String seven = new String(LockInfoCodec.encode(lock.info()), UTF_8);
        String start = seven.substring(0, seven.length() - 1);
        assertThat(store.object(key + ".tflock")).isEqualTo(start + ",\"Lease\":{\"Millis\":5000,\"Beat\":1}}");
        OwnedLock next = ((RenewOutcome.Renewed) locks.renew(lock)).lock();
        assertThat(store.object(key + ".tflock")).isEqualTo(start + ",\"Lease\":{\"Millis\":5000,\"Beat\":2}}");
        assertThat(next.version()).isNotEqualTo(lock.version());
        locks.release(next);
    }

    @Test
    void ourLockFileWithoutLeaseIsExactlyTheirs() {
        LockDriver locks = store.drivers(S3LockMode.LOCK_FILE).locks();
        OwnedLock lock = ((AcquireOutcome.Acquired) locks.tryAcquire(TestLocks.lasting(locks, key))).lock();
        assertThat(store.object(key + ".tflock")).isEqualTo(new String(LockInfoCodec.encode(lock.info()), UTF_8));
        locks.release(lock);
    }

    @Test
    void theirDigestIsCheckedAndOursIsTheirs() throws Exception {
        byte[] content = "{\"version\":4,\"serial\":1}".getBytes(UTF_8);
        store.putObject(key.value(), new String(content, UTF_8));
        store.putItem(path + "-md5", "Digest", Hashes.md5Hex(content));
        try (S3Backend backend = store.builder(S3LockMode.DYNAMODB).build();
                LockedState state = backend.lock(key, OPTIONS)) {
            assertThat(state.read().orElseThrow().bytes()).isEqualTo(content);
            byte[] next = "{\"version\":4,\"serial\":2}".getBytes(UTF_8);
            state.write(next);
            assertThat(store.item(path + "-md5"))
                    .containsOnlyKeys("LockID", "Digest")
                    .containsEntry("Digest", AttributeValue.fromS(Hashes.md5Hex(next)));
            assertThat(store.s3
                            .headObject(head -> head.bucket(store.bucket).key(key.value()))
                            .contentType())
                    .isEqualTo("application/json");
            state.delete();
            assertThat(store.item(path + "-md5")).isEmpty();
        }
    }

    @Test
    void workspacesAreWhereTheyPutThem() throws Exception {
        try (S3Backend backend = store.builder(S3LockMode.DYNAMODB)
                        .prefix("team")
                        .workspace("dev")
                        .build();
                LockedState state = backend.lock(key, OPTIONS)) {
            state.write(new byte[] {'1'});
            assertThat(store.object("env:/dev/team/" + key)).isEqualTo("1");
            assertThat(store.item(store.bucket + "/env:/dev/team/" + key)).containsKey("Info");
            assertThat(backend.states().list("compat/")).contains(key);
        }
    }
}
