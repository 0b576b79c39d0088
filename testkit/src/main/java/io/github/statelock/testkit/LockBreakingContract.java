package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Removing locks that their holders do not release: by force, and by sweeping. */
abstract class LockBreakingContract extends LockLossContract {

    @Test
    void forceUnlockWithTheRightIdFreesTheKey() throws Exception {
        StateKey key = key("forced");
        HeldLock lock = hold(party(), key, lasting());
        Party operator = party();
        assertThat(finish(() -> operator.locks().forceUnlock(key, lock.info().id())))
                .isTrue();
        HeldLock next = hold(party(), key, options());
        assertThatThrownBy(() -> finishRun(lock::release)).isInstanceOf(LockLostException.class);
        assertThat(inspectDirectly(key).hasId(next.info().id())).isTrue();
    }

    @Test
    void aForcedHolderLearnsOfItWithItsNextRenewal() throws Exception {
        StateKey key = key("forced-renewal");
        if (leasesAreRefused(key)) {
            return;
        }
        HeldLock lock = hold(party(), key, options());
        forceAway(key, lock.info().id());
        time().await("loss", shortestLease().dividedBy(2), () -> lock.status() == LockStatus.LOST);
        assertThatThrownBy(lock::ensureHeld).isInstanceOf(LockLostException.class);
    }

    @Test
    void aLockForcedByItsOwnProcessIsLostAtOnce() throws Exception {
        StateKey key = key("forced-self");
        Party party = party();
        RecordingListener listener = new RecordingListener(time());
        HeldLock lock = hold(party, key, options().listener(listener));
        assertThat(finish(() -> party.locks().forceUnlock(key, lock.info().id())))
                .isTrue();
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        time().await("events", () -> listener.count("lost") == 1);
        assertThat(listener.names()).containsSubsequence("acquired", "forced", "lost");
        finishRun(hold(party, key, options())::release);
    }

    @Test
    void forceUnlockWithAWrongIdChangesNothingAndNamesTheHolder() throws Exception {
        StateKey key = key("mismatch");
        HeldLock lock = hold(party(), key, options());
        Party operator = party();
        ObservedLock before = inspectDirectly(key);
        assertThatThrownBy(() -> finish(() ->
                        operator.locks().forceUnlock(key, UUID.randomUUID().toString())))
                .isInstanceOfSatisfying(
                        LockIdMismatchException.class,
                        e -> assertThat(e.actual().hasId(lock.info().id())).isTrue())
                .hasMessageContaining(lock.info().id());
        assertThat(inspectDirectly(key).info()).isEqualTo(before.info());
        lock.ensureHeld();
    }

    @Test
    void forceUnlockOfAFreeKeySaysSo() throws Exception {
        StateKey key = key("vanished");
        HeldLock lock = hold(party(), key, options());
        finishRun(lock::release);
        Party operator = party();
        assertThat(finish(() -> operator.locks().forceUnlock(key, lock.info().id())))
                .isFalse();
    }

    @Test
    void forceUnlockSparesAHolderThatCameInBetween() throws Exception {
        StateKey key = key("in-between");
        HeldLock first = hold(party(), key, lasting());
        Party next = party();
        Party operator = party();
        ArmedFault slow = operator.lockFaults().arm(Operation.BREAK, Fault.HANG_BEFORE);
        Call<Boolean> forced =
                Call.start(() -> operator.locks().forceUnlock(key, first.info().id()));
        slow.awaitFired();
        finishRun(first::release);
        HeldLock second = hold(next, key, lasting());
        slow.letGo();
        time().await("end of the force-unlock", forced::isDone);
        assertThat(inspectDirectly(key).hasId(second.info().id())).isTrue();
        second.ensureHeld();
    }

    @Test
    void theDriverBreaksExactlyTheRecordThatWasSeen() throws Exception {
        StateKey key = key("exact");
        Party holder = party();
        HeldLock first = hold(holder, key, options());
        ObservedLock seen = inspectDirectly(key);
        finishRun(first::release);
        HeldLock second = hold(holder, key, options());
        ReleaseOutcome outcome =
                party().lockDriver().breakLock(seen, first.info().id());
        assertThat(outcome).isInstanceOf(ReleaseOutcome.NotOwner.class);
        assertThat(inspectDirectly(key).hasId(second.info().id())).isTrue();
    }

    @Test
    void anUnreadableRecordCountsAsHeldAndIsForcedByItsVersion() throws Exception {
        StateKey key = key("unreadable");
        putUnreadableLock(key);
        Party party = party();
        ObservedLock refusal = refusal(party, key, options());
        assertThat(refusal.info()).isEmpty();
        assertThat(refusal.lease()).isEmpty();
        ObservedLock seen = inspect(party, key).orElseThrow();
        assertThat(seen.version()).isNotEmpty();
        assertThatThrownBy(() -> finish(
                        () -> party.locks().forceUnlock(key, UUID.randomUUID().toString())))
                .isInstanceOf(LockIdMismatchException.class);
        assertThat(inspect(party, key)).isPresent();
        assertThat(finish(() -> party.locks().forceUnlock(key, seen.version()))).isTrue();
        finishRun(hold(party, key, options())::release);
    }

    @Test
    void aForeignRecordIsShownAndForcedByItsId() throws Exception {
        StateKey key = key("foreign-forced");
        LockInfo written = foreignInfo(key);
        putForeignLock(key, written);
        LockInfo foreign = shown(key, written);
        Party party = party();
        assertThat(refusal(party, key, options()).info()).contains(foreign);
        assertThat(finish(() -> party.locks().list(prefix())))
                .singleElement()
                .satisfies(lock -> assertThat(lock.info()).contains(foreign));
        assertThat(finish(() -> party.locks().forceUnlock(key, foreign.id()))).isTrue();
        finishRun(hold(party, key, options())::release);
    }

    @Test
    void aSweepRemovesDeadHoldersLocksAndNoOthers() throws Exception {
        if (leasesAreRefused(key("sweep"))) {
            return;
        }
        Party dying = party();
        HeldLock dead = hold(dying, key("sweep/dead"), options());
        HeldLock outside = hold(dying, key("outside/dead"), options());
        dying.die();
        Party living = party();
        HeldLock alive = hold(living, key("sweep/alive"), options());
        putForeignLock(key("sweep/foreign"), foreignInfo(key("sweep/foreign")));
        Party sweeper = party();
        long start = time().nanos();
        List<ObservedLock> removed = finish(() -> sweeper.locks().sweep(prefix() + "sweep/"));
        assertThat(removed)
                .singleElement()
                .satisfies(lock -> assertThat(lock.hasId(dead.info().id())).isTrue());
        assertThat(time().since(start)).isBetween(expiresByService() ? Duration.ZERO : deadAfter(), takenOverWithin());
        assertThat(openDrivers().locks().observe(key("sweep/dead")).filter(lock -> !lock.expired()))
                .isEmpty();
        alive.ensureHeld();
        assertThat(inspectDirectly(key("sweep/alive")).hasId(alive.info().id())).isTrue();
        assertThat(inspectDirectly(key("sweep/foreign")).lease()).isEmpty();
        if (!expiresByService()) {
            assertThat(inspectDirectly(key("outside/dead")).hasId(outside.info().id()))
                    .isTrue();
        }
    }
}
