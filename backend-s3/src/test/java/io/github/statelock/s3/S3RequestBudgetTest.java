package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireRequest;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The request budget, counted where the requests pass. */
@Tag("real-time")
class S3RequestBudgetTest {

    private static final LockOptions LASTING =
            LockOptions.builder().operation("budget").noLease().build();

    private final StateKey key = StateKey.of("budget/" + UUID.randomUUID());
    private FaultProxy s3 = FaultProxy.inFrontOf(TestServers.s3().uri());
    private FaultProxy dynamoDb = FaultProxy.inFrontOf(TestServers.dynamoDb().uri());

    @BeforeEach
    void createStore() {
        S3TestStore.shared();
    }

    @AfterEach
    void closeProxies() {
        s3.close();
        dynamoDb.close();
    }

    private S3Backend.Builder builder(S3LockMode mode) {
        return S3TestStore.at(s3.uri(), dynamoDb.uri()).builder(mode);
    }

    private void forget() {
        s3.forgetRequests();
        dynamoDb.forgetRequests();
    }

    private int count() {
        return s3.count(WireRequest.any()) + dynamoDb.count(WireRequest.any());
    }

    @ParameterizedTest
    @CsvSource({"DYNAMODB, 1, 1, 1", "LOCK_FILE, 1, 2, 1", "BOTH, 2, 3, 2"})
    void takingBeingRefusedAndReleasing(S3LockMode mode, int acquire, int refused, int release) throws Exception {
        try (S3Backend one = builder(mode).build();
                S3Backend two = builder(mode).build()) {
            forget();
            HeldLock lock = one.locks().acquire(key, LASTING);
            assertThat(count()).as("acquire").isEqualTo(acquire);
            forget();
            assertThat(two.locks().tryAcquire(key, LASTING)).isInstanceOf(LockAttempt.Held.class);
            assertThat(count()).as("refused").isLessThanOrEqualTo(refused);
            forget();
            lock.release();
            assertThat(count()).as("release").isEqualTo(release);
        }
    }

    @ParameterizedTest
    @CsvSource({"DYNAMODB, 1", "LOCK_FILE, 1", "BOTH, 2"})
    void renewing(S3LockMode mode, int renew) {
        var locks = S3TestStore.drivers(builder(mode)).locks();
        LockProposal proposal = TestLocks.proposal(locks, key);
        OwnedLock lock = ((AcquireOutcome.Acquired) locks.tryAcquire(proposal)).lock();
        forget();
        assertThat(locks.renew(lock)).isInstanceOf(RenewOutcome.Renewed.class);
        assertThat(count()).isEqualTo(renew);
    }

    @ParameterizedTest
    @CsvSource({"DYNAMODB, true, 2, 2", "DYNAMODB, false, 1, 1", "LOCK_FILE, false, 1, 1", "BOTH, true, 2, 2"})
    void readingAndWritingAState(S3LockMode mode, boolean digest, int read, int write) throws Exception {
        try (S3Backend backend = builder(mode).digest(digest).build();
                LockedState state = backend.lock(key, LASTING)) {
            state.read();
            state.write("{\"serial\":1}".getBytes(UTF_8));
            forget();
            assertThat(state.read()).isPresent();
            assertThat(count()).as("read").isEqualTo(read);
            forget();
            state.write("{\"serial\":2}".getBytes(UTF_8));
            assertThat(count()).as("write").isEqualTo(write);
        }
    }

    @ParameterizedTest
    @CsvSource({"DYNAMODB", "LOCK_FILE", "BOTH"})
    void aTakeoverIsOneRequestForEachHalf(S3LockMode mode) {
        var locks = S3TestStore.drivers(builder(mode)).locks();
        assertThat(locks.tryAcquire(TestLocks.proposal(locks, key))).isInstanceOf(AcquireOutcome.Acquired.class);
        var dead = locks.observe(key).orElseThrow();
        forget();
        assertThat(locks.takeOver(TestLocks.proposal(locks, key), dead)).isInstanceOf(AcquireOutcome.Acquired.class);
        assertThat(count()).isEqualTo(mode == S3LockMode.BOTH ? 2 : 1);
        assertThat(Optional.of(dead)).isNotEqualTo(locks.observe(key));
    }
}
