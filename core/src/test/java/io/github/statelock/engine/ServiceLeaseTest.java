package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.spi.LeaseBounds;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service whose own clock ends leases: a record that stands still says nothing there, since a renewal does not show. */
class ServiceLeaseTest extends EngineTest {

    private static final Optional<Duration> THEIR_LEASE = Optional.of(LEASE);

    @BeforeEach
    void theServiceEndsLeases() {
        store.bounds = new LeaseBounds(Duration.ofSeconds(15), Duration.ofSeconds(60), true, true, true);
    }

    @Test
    void aRecordThatStandsStillIsNotTakenOver() throws Exception {
        store.put(KEY, "theirs", THEIR_LEASE);
        Future<LockAttempt> attempt = inBackground(() -> manager.tryAcquire(KEY, LockOptions.operation("test")));
        assertThat(time.advanceUntilDone(attempt)).isInstanceOf(LockAttempt.Held.class);
        time.advance(LEASE.multipliedBy(3));
        assertThat(manager.tryAcquire(KEY, LockOptions.operation("test"))).isInstanceOf(LockAttempt.Held.class);
    }

    /** It would have ended without a renewal, which does not show in the record. */
    @Test
    void aHolderWhoseLeaseLastsLongerThanItIsLongIsAlive() {
        store.put(KEY, "theirs", THEIR_LEASE);
        assertThat(refused().seenAlive()).isFalse();
        time.advance(LEASE);
        assertThat(refused())
                .returns(false, LockHeldException::seenAlive)
                .returns(Duration.ZERO, LockHeldException::unchangedFor);
        time.advance(Duration.ofSeconds(1));
        assertThat(refused()).returns(true, LockHeldException::seenAlive).hasMessageContaining("the holder is alive");
    }

    private LockHeldException refused() {
        return catchThrowableOfType(LockHeldException.class, () -> manager.acquire(KEY, LockOptions.operation("test")));
    }

    @Test
    void anExpiredRecordIsFreeAlsoForWhoDoesNotTakeOver() throws Exception {
        store.put(KEY, "theirs", THEIR_LEASE);
        store.expire(KEY);
        LockOptions options = LockOptions.builder().takeOver(false).build();
        HeldLock lock = manager.acquire(KEY, options);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aSweepRemovesWhatTheServiceHasEndedByThenAndNothingElse() throws Exception {
        store.put(KEY, "theirs", THEIR_LEASE);
        Future<List<ObservedLock>> living = inBackground(() -> manager.sweep(""));
        assertThat(time.advanceUntilDone(living)).isEmpty();
        assertThat(store.record(KEY)).isPresent();
        store.expire(KEY);
        assertThat(manager.sweep("")).extracting(lock -> lock.hasId("theirs")).containsExactly(true);
        assertThat(store.record(KEY)).isEmpty();
    }
}
