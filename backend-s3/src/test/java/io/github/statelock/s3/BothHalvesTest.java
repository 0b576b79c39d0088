package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Locks in file and table when the halves differ. */
@Tag("real-time")
class BothHalvesTest {

    private static final LockOptions OPTIONS =
            LockOptions.builder().operation("both").noLease().build();

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("both/" + UUID.randomUUID() + ".tfstate");
    private final LockDriver file = store.drivers(S3LockMode.LOCK_FILE).locks();
    private final LockDriver table = store.drivers(S3LockMode.DYNAMODB).locks();
    private final LockDriver both = store.drivers(S3LockMode.BOTH).locks();

    private OwnedLock take(LockDriver driver) {
        return ((AcquireOutcome.Acquired) driver.tryAcquire(TestLocks.proposal(driver, key))).lock();
    }

    @Test
    void whoHoldsOnlyTheTableExcludesUsAndTheFileIsLeftAsItWas() {
        OwnedLock holder = take(table);
        for (int i = 0; i < 2; i++) {
            AcquireOutcome.Held held = (AcquireOutcome.Held) both.tryAcquire(TestLocks.proposal(both, key));
            assertThat(held.holder().hasId(holder.info().id())).isTrue();
            assertThat(file.observe(key)).isEmpty();
        }
        table.release(holder);
        assertThat(both.release(take(both))).isInstanceOf(ReleaseOutcome.Released.class);
    }

    @Test
    void whoHoldsOnlyTheFileExcludesUs() {
        OwnedLock holder = take(file);
        AcquireOutcome.Held held = (AcquireOutcome.Held) both.tryAcquire(TestLocks.proposal(both, key));
        assertThat(held.holder().hasId(holder.info().id())).isTrue();
        assertThat(table.observe(key)).isEmpty();
        file.release(holder);
    }

    @Test
    void oursExcludesWhoKnowsOnlyOneHalf() {
        OwnedLock ours = take(both);
        assertThat(table.tryAcquire(TestLocks.proposal(table, key))).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(file.tryAcquire(TestLocks.proposal(file, key))).isInstanceOf(AcquireOutcome.Held.class);
        both.release(ours);
        assertThat(both.observe(key)).isEmpty();
    }

    @Test
    void aHalfThatIsGoneIsCreatedAtTakeover() {
        take(table);
        ObservedLock dead = both.observe(key).orElseThrow();
        OwnedLock ours = ((AcquireOutcome.Acquired) both.takeOver(TestLocks.proposal(both, key), dead)).lock();
        assertThat(file.observe(key).orElseThrow().hasId(ours.info().id())).isTrue();
        assertThat(table.observe(key).orElseThrow().hasId(ours.info().id())).isTrue();
        both.release(ours);
    }

    /** Another waiter's file half comes and goes; the table half stays as old as it is. */
    @Test
    void theHalvesAreWatchedEachForItself() {
        take(table);
        ObservedLock alone = both.observe(key).orElseThrow();
        OwnedLock passing = take(file);
        ObservedLock together = both.observe(key).orElseThrow();
        assertThat(both.watchedParts(together))
                .containsAll(both.watchedParts(alone))
                .hasSize(2);
        file.release(passing);
    }

    @Test
    void aTakeoverThatFindsTheTableRenewedLeavesNothingBehind() {
        OwnedLock holder = take(table);
        ObservedLock seen = both.observe(key).orElseThrow();
        assertThat(table.renew(holder)).isInstanceOf(RenewOutcome.Renewed.class);
        assertThat(both.takeOver(TestLocks.proposal(both, key), seen)).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(file.observe(key)).isEmpty();
    }

    @Test
    void aLeaseCountsOnlyIfBothHalvesHaveOne() {
        take(file);
        assertThat(table.tryAcquire(TestLocks.lasting(table, key))).isInstanceOf(AcquireOutcome.Acquired.class);
        assertThat(both.observe(key).orElseThrow().lease()).isEmpty();
    }

    @Test
    void aLockWithOneHalfForcedAwayIsLost() {
        OwnedLock ours = take(both);
        file.breakLock(file.observe(key).orElseThrow(), ours.info().id());
        assertThat(both.renew(ours)).isEqualTo(new RenewOutcome.Lost(Optional.empty()));
        assertThat(both.release(ours)).isInstanceOf(ReleaseOutcome.AlreadyGone.class);
        assertThat(both.observe(key)).isEmpty();
    }

    @Test
    void forceUnlockRemovesTheHalfThatItNamesAndSparesTheOther() throws Exception {
        OwnedLock inFile = take(file);
        OwnedLock inTable = take(table);
        try (S3Backend backend = store.builder(S3LockMode.BOTH).build()) {
            assertThat(backend.locks().forceUnlock(key, inFile.info().id())).isTrue();
            assertThat(file.observe(key)).isEmpty();
            assertThat(table.observe(key).orElseThrow().hasId(inTable.info().id()))
                    .isTrue();
            LockAttempt.Held held = (LockAttempt.Held) backend.locks().tryAcquire(key, OPTIONS);
            assertThat(held.holder().hasId(inTable.info().id())).isTrue();
            assertThat(backend.locks().forceUnlock(key, inTable.info().id())).isTrue();
            assertThat(backend.locks().inspect(key)).isEmpty();
        }
    }

    @Test
    void aListShowsEachLockOnce() throws Exception {
        try (S3Backend backend = store.builder(S3LockMode.BOTH).build();
                HeldLock lock = backend.locks().acquire(key, OPTIONS)) {
            assertThat(backend.locks().list(key.value()))
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.hasId(lock.info().id())).isTrue());
        }
    }
}
