package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.terraform.LockInfoCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Objects exactly as Terraform and OpenTofu write, read and delete them. */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class TerraformCompatibilityTest {

    private final Gcs gcs = Gcs.main();
    private final String folder = "compat-" + UUID.randomUUID();
    private final StateKey key = GcsBackend.workspaceKey("default");
    private final String lockObject = folder + "/default.tflock";
    private final String stateObject = folder + "/default.tfstate";

    private GcsBackend backend() {
        return gcs.backend().prefix(folder).build();
    }

    private static LockOptions leased() {
        return LockOptions.builder().lease(Duration.ofSeconds(10)).build();
    }

    @Test
    void theirLockIsHonouredShownByItsGenerationNeverTakenOverAndForcedByThatNumber() throws Exception {
        assertThat(gcs.insert(lockObject, TerraformLock.BODY, "&ifGenerationMatch=0")
                        .statusCode())
                .isEqualTo(200);
        String generation = gcs.generation(lockObject);
        try (GcsBackend backend = backend()) {
            LockOptions longer = LockOptions.builder()
                    .lease(Duration.ofSeconds(10))
                    .waitUpTo(Duration.ofSeconds(13))
                    .build();
            assertThatThrownBy(() -> backend.locks().acquire(key, longer))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining(generation)
                    .hasMessageContaining("alice@build-7");
            ObservedLock seen = backend.locks().inspect(key).orElseThrow();
            assertThat(seen.info().map(LockInfo::id)).contains(generation);
            assertThat(seen.lease()).isEmpty();
            assertThat(backend.locks().list("")).containsExactly(seen);
            assertThatThrownBy(() -> backend.locks().forceUnlock(key, "0a35a51c-b1f9-6bb1-9e1d-3b1a5d9f3c11"))
                    .isInstanceOf(LockIdMismatchException.class)
                    .hasMessageContaining("generation");
            assertThat(gcs.content(lockObject)).isEqualTo(TerraformLock.BODY);
            assertThat(backend.locks().forceUnlock(key, generation)).isTrue();
            assertThat(gcs.exists(lockObject)).isFalse();
            backend.locks().acquire(key, leased()).release();
        }
    }

    @Test
    void ourLockRefusesTheirsAndIsReadByThem() throws Exception {
        try (GcsBackend backend = backend();
                HeldLock lock = backend.locks().acquire(key, leased())) {
            assertThat(gcs.insert(lockObject, TerraformLock.BODY, "&ifGenerationMatch=0")
                            .statusCode())
                    .isEqualTo(412);
            assertThat(gcs.content(lockObject)).isEqualTo(LockInfoCodec.encode(lock.info()));
            assertThat(lock.info().path()).isEqualTo("gs://" + gcs.bucket() + "/" + lockObject);
        }
        assertThat(gcs.exists(lockObject)).isFalse();
    }

    @Test
    void theyUnlockOursByTheGenerationTheyReadBeforeAndAfterRenewals() throws Exception {
        try (GcsBackend backend = backend()) {
            HeldLock first = backend.locks().acquire(key, leased());
            String before = gcs.generation(lockObject);
            assertThat(gcs.delete(lockObject, "?ifGenerationMatch=" + before).statusCode())
                    .isBetween(200, 204);
            assertThatThrownBy(first::release).isInstanceOf(LockLostException.class);

            HeldLock second = backend.locks().acquire(key, leased());
            String taken = gcs.generation(lockObject);
            Eventually.holds(
                    () -> !Gcs.field(gcs.metadata(lockObject), "metageneration").equals("1"));
            assertThat(gcs.generation(lockObject)).as("after a renewal").isEqualTo(taken);
            assertThat(gcs.delete(lockObject, "?ifGenerationMatch=" + taken).statusCode())
                    .isBetween(200, 204);
            Eventually.holds(() -> second.status() == LockStatus.LOST);
            assertThatThrownBy(second::ensureHeld).isInstanceOf(LockLostException.class);
        }
    }

    @Test
    void oursIsForcedByItsIdAndByItsGeneration() throws Exception {
        try (GcsBackend backend = backend();
                GcsBackend operator = backend()) {
            HeldLock first =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            assertThatThrownBy(() -> operator.locks().forceUnlock(key, "123"))
                    .isInstanceOf(LockIdMismatchException.class)
                    .hasMessageContaining("UUID")
                    .hasMessageContaining("generation");
            assertThat(operator.locks().forceUnlock(key, gcs.generation(lockObject)))
                    .isTrue();
            assertThat(first.status()).isEqualTo(LockStatus.LOST);
            HeldLock second =
                    backend.locks().acquire(key, LockOptions.builder().noLease().build());
            assertThat(operator.locks().forceUnlock(key, second.info().id())).isTrue();
            assertThat(gcs.exists(lockObject)).isFalse();
        }
    }

    @Test
    void theirStateIsReadAndOursIsWhereTheyLook() throws Exception {
        byte[] theirs = "{\"version\":4,\"serial\":3,\"lineage\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        byte[] ours = "{\"version\":4,\"serial\":4,\"lineage\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        gcs.insert(stateObject, theirs, "");
        try (GcsBackend backend = backend()) {
            try (LockedState locked = backend.lock(key, leased())) {
                assertThat(locked.read().orElseThrow().bytes()).isEqualTo(theirs);
                locked.write(ours);
            }
            assertThat(gcs.content(stateObject)).isEqualTo(ours);
            assertThat(backend.states().list("")).containsExactly(key);
        }
    }
}
