package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What becomes of the lock of a holder that stopped renewing it. */
abstract class LockTakeoverContract extends LockLeaseContract {

    /**
     * The waiter's first look stays on its way for a while, in which the holder renews. What the look then shows is younger
     * than its send.
     */
    @Test
    void aRecordIsWatchedFromTheAnswerThatShowedItAndNotFromItsSend() throws Exception {
        StateKey key = key("slow-look");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        RecordingListener holders = new RecordingListener(time());
        HeldLock dead = hold(holder, key, options().listener(holders));
        Party waiter = party();
        ArmedFault slow = waiter.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_BEFORE);
        Call<HeldLock> call = startWaiting(waiter, key, new RecordingListener(time()));
        slow.awaitFired();
        time().await("renewals", () -> holders.count("renewed") >= 2);
        holder.die();
        long lastSend = lastSend(dead);
        slow.letGo();
        finish(call);
        assertThat(time().since(lastSend)).isBetween(deadAfter(), takenOverWithin());
    }

    @Test
    void aDeadHoldersLockIsTakenOverInTimeAndNotEarlier() throws Exception {
        StateKey key = key("dead");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        RecordingListener holders = new RecordingListener(time());
        HeldLock dead = hold(holder, key, options().listener(holders));
        RecordingListener listener = new RecordingListener(time());
        Call<HeldLock> waiter = startWaiting(party(), key, listener);
        time().await("renewal", () -> holders.count("renewed") >= 1);
        holder.die();
        long lastSend = lastSend(dead);
        HeldLock successor = finish(waiter);
        long taken = time().nanos();
        assertThat(Duration.ofNanos(taken - lastSend)).isBetween(deadAfter(), takenOverWithin());
        assertThat(dead.status()).isEqualTo(LockStatus.LOST);
        assertThat(successor.status()).isEqualTo(LockStatus.HELD);
        time().await("events", () -> listener.count("acquired") == 1 && holders.count("lost") == 1);
        assertThat(listener.all("takenOver"))
                .singleElement()
                .satisfies(e -> assertThat(
                                e.other().orElseThrow().hasId(dead.info().id()))
                        .isTrue());
        assertThat(holders.all("lost").get(0).nanos() - taken)
                .as("lost before it was taken")
                .isNegative();
    }

    @Test
    void aWaiterThatComesLaterWatchesForItself() throws Exception {
        StateKey key = key("late-waiter");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock dead = hold(holder, key, options());
        holder.die();
        time().pass(shortestLease().multipliedBy(2));
        long firstSight = time().nanos();
        HeldLock successor = finish(startWaiting(party(), key, new RecordingListener(time())));
        Duration watched = time().since(firstSight);
        assertThat(watched).isLessThanOrEqualTo(takenOverWithin());
        if (!expiresByService()) {
            assertThat(watched).isGreaterThanOrEqualTo(deadAfter());
        }
        assertThat(successor.info().id()).isNotEqualTo(dead.info().id());
        assertThat(dead.status()).isEqualTo(LockStatus.LOST);
    }

    @Test
    void repeatedAttemptsOfOneManagerAddUpToATakeover() throws Exception {
        StateKey key = key("adds-up");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock dead = hold(holder, key, options());
        holder.die();
        long lastSend = lastSend(dead);
        Party other = party();
        LockAttempt attempt = attempt(other, key, options());
        while (attempt instanceof LockAttempt.Held && time().since(lastSend).compareTo(Duration.ofMinutes(2)) < 0) {
            time().pass(longestPoll());
            attempt = attempt(other, key, options());
        }
        assertThat(attempt).isInstanceOf(LockAttempt.Acquired.class);
        assertThat(time().since(lastSend)).isBetween(deadAfter(), takenOverWithin());
    }

    @Test
    void aPausedHolderKnowsThatItsLockIsLostBeforeItIsTakenOver() throws Exception {
        StateKey key = key("paused");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        RecordingListener holders = new RecordingListener(time());
        HeldLock paused = hold(holder, key, options().listener(holders));
        holder.pause();
        HeldLock successor = finish(startWaiting(party(), key, new RecordingListener(time())));
        assertThat(paused.status()).isEqualTo(LockStatus.LOST);
        holder.resume();
        time().await("event lost", () -> holders.count("lost") == 1);
        time().pass(Duration.ofSeconds(2));
        assertThat(successor.status()).isEqualTo(LockStatus.HELD);
        assertThat(inspect(holder, key).orElseThrow().hasId(successor.info().id()))
                .isTrue();
    }

    @Test
    void aRenewalInBetweenMakesATakeoverFail() throws Exception {
        StateKey key = key("between");
        if (leasesAreRefused(key)) {
            return;
        }
        RecordingListener holders = new RecordingListener(time());
        HeldLock lock = hold(party(), key, options().listener(holders));
        Party other = party();
        ObservedLock stale = inspect(other, key).orElseThrow();
        time().await("renewal", () -> holders.count("renewed") > 0);
        LockProposal proposal = new LockProposal(key, foreignInfo(key), Optional.of(shortestLease()));
        AcquireOutcome outcome = other.lockDriver().takeOver(proposal, stale);
        assertThat(outcome).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(((AcquireOutcome.Held) outcome).holder().hasId(lock.info().id()))
                .isTrue();
        lock.ensureHeld();
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void oneOfManyWaitersTakesADeadHoldersLockOver() throws Exception {
        StateKey key = key("heirs");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        hold(holder, key, options());
        holder.die();
        RecordingListener listener = new RecordingListener(time());
        List<Call<HeldLock>> heirs = Stream.generate(() -> startWaiting(party(), key, listener))
                .limit(4)
                .toList();
        time().await("heir", () -> heirs.stream().anyMatch(Call::isDone));
        time().pass(Duration.ofSeconds(1));
        assertThat(heirs.stream().filter(Call::isDone)).hasSize(1);
        for (int freed = 1; freed <= heirs.size(); freed++) {
            int expected = freed;
            time().await("next heir", () -> heirs.stream().filter(Call::isDone).count() == expected);
            for (Call<HeldLock> heir : heirs) {
                if (heir.isDone() && heir.result().status() == LockStatus.HELD) {
                    finishRun(heir.result()::release);
                }
            }
        }
        assertThat(listener.count("takenOver")).isEqualTo(1);
    }

    @Test
    void aRecordWithoutLeaseDataIsNeverTakenOver() throws Exception {
        StateKey key = key("foreign");
        LockInfo written = foreignInfo(key);
        putForeignLock(key, written);
        LockInfo foreign = shown(key, written);
        Party party = party();
        Duration lease = openDrivers().locks().leaseBounds().shortest();
        Duration longEnough = lease.plus(margin(lease)).multipliedBy(2);
        assertThatThrownBy(() -> hold(party, key, options().waitUpTo(longEnough)))
                .isInstanceOf(LockHeldException.class)
                .hasMessageContaining(foreign.id())
                .hasMessageContaining("no lease");
        ObservedLock there = inspect(party, key).orElseThrow();
        assertThat(there.info()).contains(foreign);
        assertThat(there.lease()).isEmpty();
    }

    @Test
    void aLockWithoutLeaseIsNeverTakenOver() throws Exception {
        StateKey key = key("no-lease-dead");
        if (!supportsNoLease()) {
            assertMisconfigured(() -> hold(party(), key, options().noLease())).hasMessageContaining("lease");
            return;
        }
        Party holder = party();
        HeldLock lock = hold(holder, key, options().noLease());
        holder.die();
        Duration lease = openDrivers().locks().leaseBounds().shortest();
        Duration longEnough = lease.plus(margin(lease)).multipliedBy(2);
        Party other = party();
        assertThatThrownBy(() -> hold(other, key, options().waitUpTo(longEnough)))
                .isInstanceOf(LockHeldException.class);
        assertThat(inspect(other, key).orElseThrow().hasId(lock.info().id())).isTrue();
    }

    @Test
    void aWaiterThatMayNotTakeOverDoesNot() throws Exception {
        StateKey key = key("no-takeover");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock dead = hold(holder, key, options());
        holder.die();
        Party other = party();
        Duration longEnough = deadAfter().multipliedBy(2);
        if (expiresByService()) { // the service has ended the lease by then: there is nobody to respect
            HeldLock next = hold(other, key, options().takeOver(false).waitUpTo(longEnough));
            assertThat(next.status()).isEqualTo(LockStatus.HELD);
            return;
        }
        assertThatThrownBy(() -> hold(other, key, options().takeOver(false).waitUpTo(longEnough)))
                .isInstanceOf(LockHeldException.class);
        assertThat(inspect(other, key).orElseThrow().hasId(dead.info().id())).isTrue();
    }
}
