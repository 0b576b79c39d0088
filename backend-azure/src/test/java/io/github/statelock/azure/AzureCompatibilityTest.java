package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.util.BinaryData;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.LeaseDurationType;
import com.azure.storage.blob.models.LeaseStateType;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.terraform.LockInfoCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Blobs as Terraform and OpenTofu lock, read and write them, written by hand, next to ours. */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class AzureCompatibilityTest {

    /** What Terraform 1.13 wrote, in the order and form of Go's JSON. */
    private static final String TERRAFORMS =
            "{\"ID\":\"%s\",\"Operation\":\"OperationTypeApply\",\"Info\":\"\",\"Who\":\"ann@laptop\",\"Version\":\"1.13.0\","
                    + "\"Created\":\"2026-01-02T03:04:05.678Z\",\"Path\":\"states/%s\"}";

    private static final LockOptions LEASED = LockOptions.builder()
            .operation("apply")
            .lease(Duration.ofSeconds(15))
            .build();

    @SuppressWarnings("NullAway.Init") // before all tests
    private static TestContainer container;

    private final StateKey key = StateKey.of("prod/" + UUID.randomUUID() + ".tfstate");

    @BeforeAll
    static void createContainer() {
        container = TestContainer.create();
    }

    private static AzureBackend open() {
        return AzureBackend.builder().client(container.client()).build();
    }

    /** Terraform's lock, by the bytes of its metadata. */
    private String lockAsTerraform() {
        String id = UUID.randomUUID().toString();
        byte[] json = String.format(TERRAFORMS, id, key).getBytes(UTF_8);
        container.lock(key, id, Base64.getEncoder().encodeToString(json));
        return id;
    }

    private boolean terraformCanLock() {
        String id = UUID.randomUUID().toString();
        try {
            container.lease(key, id).acquireLease(TestContainer.INFINITE);
            container.lease(key, id).releaseLease();
            return true;
        } catch (BlobStorageException e) {
            assertThat(e.getStatusCode()).isEqualTo(409);
            return false;
        }
    }

    @Test
    void terraformsLockIsHonouredAndShown() {
        String id = lockAsTerraform();
        try (AzureBackend backend = open()) {
            assertThatThrownBy(() -> backend.locks().acquire(key, LEASED))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining(id)
                    .hasMessageContaining("ann@laptop")
                    .hasMessageContaining("no lease");
            ObservedLock seen = backend.locks().inspect(key).orElseThrow();
            assertThat(seen.lease()).isEmpty();
            assertThat(seen.info().orElseThrow().created()).isEqualTo(Instant.parse("2026-01-02T03:04:05.678Z"));
            assertThat(backend.locks().list(key.value())).containsExactly(seen);
        }
    }

    @Test
    void terraformsLockIsForcedByItsIdAndByNoOther() throws Exception {
        String id = lockAsTerraform();
        try (AzureBackend backend = open()) {
            assertThatThrownBy(() ->
                            backend.locks().forceUnlock(key, UUID.randomUUID().toString()))
                    .isInstanceOf(LockIdMismatchException.class)
                    .hasMessageContaining(id);
            assertThat(backend.locks().forceUnlock(key, id)).isTrue();
            assertThat(container.metadata(key)).doesNotContainKey("terraformlockid");
            assertThat(terraformCanLock()).isTrue();
        }
    }

    @Test
    void aLeaseWithoutReadableNameIsForcedByItsId() {
        for (Map<String, String> left : List.of(
                Map.<String, String>of(), Map.of("terraformlockid", "%%%"), Map.of("terraformlockid", "e30="))) {
            StateKey unnamed = StateKey.of(key.value() + left.hashCode());
            String id = UUID.randomUUID().toString();
            container.put(unnamed, "state");
            container.lease(unnamed, id).acquireLease(TestContainer.INFINITE);
            container.setMetadata(unnamed, id, left);
            try (AzureBackend backend = open()) {
                ObservedLock seen = backend.locks().inspect(unnamed).orElseThrow();
                assertThat(seen.info()).isEmpty();
                assertThatThrownBy(() -> backend.locks().forceUnlock(unnamed, seen.version()))
                        .isInstanceOf(LockIdMismatchException.class)
                        .hasMessageContaining("break_unnamed_leases=true in the store's URI")
                        .hasMessageContaining("breakUnnamedLeases(true) of the builder")
                        .hasMessageNotContaining("force-unlock takes that");
                assertThat(seen.lease()).as("it has no end").isEmpty();
                assertThatThrownBy(() -> backend.locks()
                                .forceUnlock(unnamed, UUID.randomUUID().toString()))
                        .isInstanceOf(LockIdMismatchException.class);
                assertThat(backend.locks().forceUnlock(unnamed, id)).isTrue();
                assertThat(backend.locks().inspect(unnamed)).isEmpty();
            }
        }
    }

    /** Such as the lease of a holder that died between its lease and its signature, or in the midst of its release. */
    @Test
    void aLeaseWithAnEndIsShownAsALeaseWhoeverHasIt() {
        String id = UUID.randomUUID().toString();
        container.put(key, "state");
        container.lease(key, id).acquireLease(15);
        try (AzureBackend backend = open()) {
            ObservedLock unnamed = backend.locks().inspect(key).orElseThrow();
            assertThat(unnamed.info()).isEmpty();
            assertThat(unnamed.lease()).contains(Duration.ofSeconds(60));
            assertThat(backend.locks().list(key.value()))
                    .singleElement()
                    .extracting(ObservedLock::lease)
                    .isEqualTo(unnamed.lease());

            LockInfo info = new LockInfo(id, "apply", "", "who", "1", Instant.EPOCH, "path");
            container.setMetadata(
                    key, id, Map.of("terraformlockid", Base64.getEncoder().encodeToString(LockInfoCodec.encode(info))));
            ObservedLock named = backend.locks().inspect(key).orElseThrow();
            assertThat(named.hasId(id)).isTrue();
            assertThat(named.lease()).as("its holder did not say which").contains(Duration.ofSeconds(60));
        }
    }

    @Test
    void aStaleNameDoesNotHideTheHolderFromForce() {
        String id = UUID.randomUUID().toString();
        String before = lockAsTerraform();
        container.lease(key, before).releaseLease(); // its metadata stays, as after a crash
        container.lease(key, id).acquireLease(15);
        try (AzureBackend backend = open()) {
            assertThatThrownBy(() -> backend.locks().forceUnlock(key, before))
                    .isInstanceOf(LockIdMismatchException.class);
            assertThat(container.blob(key).getProperties().getLeaseState()).isEqualTo(LeaseStateType.LEASED);
        }
    }

    @Test
    void aLeaseOfAnUnknownIdIsBrokenOnlyWhereThatIsAllowed() {
        container.put(key, "state");
        container.lease(key, UUID.randomUUID().toString()).acquireLease(TestContainer.INFINITE);
        try (AzureBackend backend = AzureBackend.builder()
                .client(container.client())
                .breakUnnamedLeases(true)
                .build()) {
            String version = backend.locks().inspect(key).orElseThrow().version();
            assertThat(backend.locks().forceUnlock(key, version)).isTrue();
            assertThat(terraformCanLock()).isTrue();
        }
    }

    @Test
    void ourLockIsWrittenAsTerraformReadsIt() throws Exception {
        container.put(key, "{}");
        container.setMetadata(key, null, Map.of("team", "network"));
        try (AzureBackend backend = open()) {
            HeldLock lock = backend.locks().acquire(key, LEASED);
            assertThat(terraformCanLock()).isFalse();
            byte[] json = Base64.getDecoder().decode(container.metadata(key).get("terraformlockid"));
            LockInfo info = lock.info();
            assertThat(new String(json, UTF_8))
                    .startsWith("{\"ID\":\"" + info.id() + "\",\"Operation\":\"apply\",\"Info\":\"\",\"Who\":\"")
                    .endsWith(",\"Path\":\"" + container.name() + "/" + key + "\"}");
            assertThat(container.metadata(key))
                    .containsEntry("team", "network")
                    .containsEntry("statelocklease", info.id() + ":15000");
            container.lease(key, info.id()).renewLease(); // its ID is the lock's

            lock.release();
            assertThat(container.metadata(key)).containsOnlyKeys("team");
            assertThat(terraformCanLock()).isTrue();
        }
    }

    @Test
    void aLockWithoutLeaseIsAnInfiniteOneAsTerraforms() throws Exception {
        try (AzureBackend backend = open()) {
            HeldLock lock =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            assertThat(container.blob(key).getProperties().getLeaseDuration()).isEqualTo(LeaseDurationType.INFINITE);
            assertThat(container.metadata(key)).doesNotContainKey("statelocklease");
            assertThat(backend.locks().inspect(key).orElseThrow().lease()).isEmpty();
            lock.release();
            assertThat(terraformCanLock()).isTrue();
        }
    }

    @Test
    void afterOurHolderDiesTerraformsNextLockSucceedsThoughOurMetadataIsStillThere() throws Exception {
        LockInfo dead = die(key);
        String id = awaitTerraformsLock();
        assertThat(container.metadata(key).get("statelocklease")).isEqualTo(dead.id() + ":15000");
        try (AzureBackend backend = open()) {
            // Terraform keeps metadata that it does not know: our sidecar outlives our lock and means nothing.
            byte[] json = String.format(TERRAFORMS, id, key).getBytes(UTF_8);
            container.setMetadata(
                    key, id, Map.of("terraformlockid", Base64.getEncoder().encodeToString(json)));
            ObservedLock seen = backend.locks().inspect(key).orElseThrow();
            assertThat(seen.hasId(id)).isTrue();
            assertThat(seen.lease()).isEmpty();
        }
    }

    @Test
    void anExpiredLockIsShownAsSuchAndSwept() throws Exception {
        LockInfo dead = die(key);
        try (AzureBackend backend = open()) {
            ObservedLock seen = await(() ->
                    backend.locks().inspect(key).filter(ObservedLock::expired).orElse(null));
            assertThat(seen.hasId(dead.id())).isTrue();
            assertThat(backend.locks().sweep(key.value())).hasSize(1);
            assertThat(backend.locks().inspect(key)).isEmpty();
            assertThat(container.metadata(key)).doesNotContainKeys("terraformlockid", "statelocklease");
        }
    }

    /** A lock whose holder is never heard of again. */
    private static LockInfo die(StateKey key) {
        BlobLeaseLockDriver driver = container.locks();
        LockInfo info = new LockInfo(
                UUID.randomUUID().toString(), "", "", "a@b", "statelock/1", Instant.now(), driver.lockPath(key));
        driver.tryAcquire(new LockProposal(key, info, Optional.of(Duration.ofSeconds(15))));
        return info;
    }

    private String awaitTerraformsLock() throws InterruptedException {
        String id = UUID.randomUUID().toString();
        return await(() -> {
            try {
                return container.lease(key, id).acquireLease(TestContainer.INFINITE);
            } catch (BlobStorageException e) {
                return null;
            }
        });
    }

    private static <T> T await(Supplier<@Nullable T> condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < end) {
            T value = condition.get();
            if (value != null) {
                return value;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
        throw new AssertionError("not within 30 s");
    }

    @Test
    void statesOfTerraformAreReadAndBuiltUpon() throws Exception {
        container.put(key, "{\"version\":4,\"serial\":7,\"lineage\":\"l\"}");
        try (AzureBackend backend = open();
                LockedState state = backend.lock(key, LEASED)) {
            assertThat(state.read().orElseThrow().utf8()).contains("\"serial\":7");
            state.write("{\"version\":4,\"serial\":8,\"lineage\":\"l\"}".getBytes(UTF_8));
            assertThat(container.blob(key).downloadContent().toString()).contains("\"serial\":8");
            assertThat(container.blob(key).getProperties().getContentType()).isEqualTo("application/json");
            assertThat(container.metadata(key)).containsKey("terraformlockid");
        }
    }

    @Test
    void aStateUploadedInBlocksHasNoMd5AndIsBuiltUponAllTheSame() throws Exception {
        var blob = container.blob(key).getBlockBlobClient();
        String block = Base64.getEncoder().encodeToString("block-1".getBytes(UTF_8));
        blob.stageBlock(block, BinaryData.fromString("in blocks"));
        blob.commitBlockList(List.of(block));
        try (AzureBackend backend = open()) {
            var base = backend.states().read(key).orElseThrow();
            HeldLock lock = backend.locks().acquire(key, LEASED);
            lock.release();
            backend.states().write(key, "next".getBytes(UTF_8), WriteCondition.ifVersion(base.version()));
            assertThat(backend.states().read(key).orElseThrow().utf8()).isEqualTo("next");
        }
    }

    @Test
    void aWriteWithoutTheLockNamesTheHolderInsteadOfWaiting() {
        String id = lockAsTerraform();
        try (AzureBackend backend = open()) {
            assertThatThrownBy(() -> backend.states().write(key, "x".getBytes(UTF_8), WriteCondition.unconditional()))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining(id);
        }
    }

    @Test
    void aDeleteUnderTheLockKeepsTheLockAndTheBlobGoesWithIt() throws Exception {
        container.put(key, "state");
        try (AzureBackend backend = open()) {
            LockedState state = backend.lock(key, LEASED);
            state.delete();
            assertThat(container.exists(key)).isTrue();
            assertThat(terraformCanLock()).isFalse();
            state.close();
            assertThat(container.exists(key)).isFalse();
        }
    }

    @Test
    void aBlobThatCountsFencingTokensStaysWhenItsStateIsDeleted() throws Exception {
        LockOptions fencing = LEASED.toBuilder().fencing(true).build();
        try (AzureBackend backend = open()) {
            LockedState state = backend.lock(key, fencing);
            state.write("state".getBytes(UTF_8));
            state.delete();
            state.close();
            try (HeldLock next = backend.locks().acquire(key, fencing)) {
                assertThat(next.fencingToken().orElseThrow().value()).isEqualTo(2);
            }
        }
    }
}
