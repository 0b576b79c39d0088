package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** States and their digests when a writer stops between the two. */
@Tag("real-time")
class DigestTest {

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("digest/" + UUID.randomUUID() + ".tfstate");
    private final String digestId = store.bucket + "/" + key + "-md5";
    private final DigestedStates states = states(store);

    /** As the backend's, with less patience for a mismatch. */
    private static DigestedStates states(S3TestStore store) {
        Layout layout = Layout.of(store.bucket, "", Optional.empty(), "env:");
        S3Requests s3 = new S3Requests(store.s3, store.bucket, S3Encryption.bucketDefault());
        S3StateStore plain = new S3StateStore(
                s3,
                layout,
                new S3StateStore.Limits(Duration.ofSeconds(20), Duration.ofSeconds(10), 1 << 20),
                new BucketVersioning(s3, Duration.ofSeconds(10)));
        DigestItems digests =
                new DigestItems(new TableRequests(store.dynamoDb, store.table, Duration.ofSeconds(10)), layout);
        return new DigestedStates(
                plain, digests, new DigestReads(plain, digests, Runnable::run, Duration.ofMillis(500)));
    }

    private static StateWrite write(StateKey key, String content, WriteCondition condition) {
        return new StateWrite(
                key, content.getBytes(UTF_8), condition, UUID.randomUUID().toString(), Optional.of("lock"));
    }

    private StateVersion put(String content, WriteCondition condition) {
        return ((WriteOutcome.Written) states.write(write(key, content, condition))).version();
    }

    private String digest() {
        return store.attribute(digestId, "Digest").s();
    }

    private void setDigest(String content) {
        store.putItem(digestId, "Digest", Hashes.md5Hex(content.getBytes(UTF_8)));
    }

    /** A writer that stops after the state: its digest requests reach nobody. */
    private StateVersion putWithoutDigest(String content, StateVersion base) {
        try (FaultProxy table = FaultProxy.inFrontOf(TestServers.dynamoDb().uri())) {
            DigestedStates dying = states(S3TestStore.at(TestServers.s3().uri(), table.uri()));
            dying.read(key);
            table.arm(WireFault.cutBeforeSending(), WireRequest.header("X-Amz-Target", "PutItem"), 0, 2);
            assertThat(dying.write(write(key, content, WriteCondition.ifVersion(base))))
                    .isInstanceOf(WriteOutcome.Unknown.class);
            table.assertFired();
        }
        return states.readUnderLock(StateKey.of(key.value()), "none")
                .map(StoredState::state)
                .map(State::version)
                .orElseThrow();
    }

    @Test
    void whatADeadWriterLeftHalfWrittenIsMendedUnderTheLock() {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        putWithoutDigest("2", first); // reads under the lock
        assertThat(digest()).isEqualTo(Hashes.md5Hex("2".getBytes(UTF_8)));
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("2");
    }

    @Test
    void withoutTheLockAHalfWrittenStateIsCorruptAndNothingIsMended() {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        putWithoutDigest("2", first);
        setDigest("1");
        assertThatThrownBy(() -> states.read(key))
                .isInstanceOf(StateCorruptException.class)
                .hasMessageContaining(Hashes.md5Hex("1".getBytes(UTF_8)))
                .hasMessageContaining(Hashes.md5Hex("2".getBytes(UTF_8)))
                .hasMessageContaining("repairDigest");
        assertThat(digest()).isEqualTo(Hashes.md5Hex("1".getBytes(UTF_8)));
    }

    @Test
    void aDigestOfAnythingElseIsNotMendedEvenUnderTheLock() {
        put("1", WriteCondition.ifAbsent());
        setDigest("something else");
        assertThatThrownBy(() -> states.readUnderLock(key, "lock")).isInstanceOf(StateCorruptException.class);
        states.repair(key);
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("1");
    }

    @Test
    void aStateWithAnotherDigestIsReplacedOnConditionOfItsVersion() {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        setDigest("something else");
        StateCorruptException corrupt =
                catchThrowableOfType(StateCorruptException.class, () -> states.readUnderLock(key, "lock"));
        assertThat(corrupt.version()).contains(first);
        put("2", WriteCondition.ifVersion(first));
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("2");
    }

    @Test
    void aMismatchThatGoesAwayIsReadAgain() throws Exception {
        put("1", WriteCondition.ifAbsent());
        setDigest("late");
        Thread writer = new Thread(() -> setDigest("1"));
        writer.start();
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("1");
        writer.join();
    }

    /** A paused writer's digest must not stand beside its successor's state. */
    @Test
    void theDigestOfALateWriterIsRefused() throws Exception {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        try (FaultProxy table = FaultProxy.inFrontOf(TestServers.dynamoDb().uri())) {
            DigestedStates paused = states(S3TestStore.at(TestServers.s3().uri(), table.uri()));
            paused.read(key);
            var late = table.arm(WireFault.sendLate(), WireRequest.header("X-Amz-Target", "PutItem"), 0, 2);
            paused.write(write(key, "2", WriteCondition.ifVersion(first)));
            StateVersion second =
                    states.readUnderLock(key, "lock").orElseThrow().state().version();
            put("3", WriteCondition.ifVersion(second));
            assertThat(late.release()).containsOnly(400); // refused by the condition
        }
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("3");
    }

    /** The control: without its condition, the late digest makes the newer state unreadable. */
    @Test
    void withoutTheConditionALateDigestMakesTheStateUnreadable() {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        StateVersion second = put("2", WriteCondition.ifVersion(first));
        put("3", WriteCondition.ifVersion(second));
        setDigest("2");
        assertThatThrownBy(() -> states.read(key)).isInstanceOf(StateCorruptException.class);
    }

    @Test
    void aWriterOfAnUnknownBaseAsksForItsDigest() {
        StateVersion first = put("1", WriteCondition.ifAbsent());
        DigestedStates another = states(store);
        assertThat(another.write(write(key, "2", WriteCondition.ifVersion(first))))
                .isInstanceOf(WriteOutcome.Written.class);
        assertThat(states.read(key).orElseThrow().state().utf8()).isEqualTo("2");
    }

    @Test
    void anAbsentStateWithADigestIsCorruptUntilItIsRepaired() {
        setDigest("gone");
        assertThatThrownBy(() -> states.read(key)).isInstanceOf(StateCorruptException.class);
        states.repair(key);
        assertThat(states.read(key)).isEmpty();
    }

    @Test
    void repairTakesTheLock() throws Exception {
        put("1", WriteCondition.ifAbsent());
        setDigest("other");
        try (S3Backend backend = store.builder(S3LockMode.DYNAMODB).build()) {
            backend.repairDigest(key);
            assertThat(backend.states().read(key).orElseThrow().utf8()).isEqualTo("1");
            assertThat(backend.locks().inspect(key)).isEmpty();
        }
    }
}
