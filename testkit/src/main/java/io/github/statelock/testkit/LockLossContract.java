package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** How a holder learns that its lock is lost, and that it then leaves everybody else's alone. */
abstract class LockLossContract extends LockTakeoverContract {

    @Test
    void lossIsToldAtTheDeadlineWhileTheRenewalHangs() throws Exception {
        StateKey key = key("hung-renewal");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        RecordingListener listener = new RecordingListener(time());
        HeldLock lock = hold(holder, key, options().listener(listener));
        List<Long> told = new CopyOnWriteArrayList<>();
        lock.onLost(reason -> told.add(time().nanos()));
        ArmedFault hang = holder.lockFaults().arm(Operation.RENEW, Fault.HANG_BEFORE, Integer.MAX_VALUE);
        long deadline = time().nanos() + lock.remaining().orElseThrow().toNanos();
        time().pass(lock.remaining().orElseThrow().minusMillis(50));
        hang.assertFired();
        assertThat(told).isEmpty();
        assertThat(time().passSlowlyUntil(() -> !told.isEmpty(), Duration.ofSeconds(10)))
                .isTrue();
        assertThat(Duration.ofNanos(told.get(0) - deadline))
                .isBetween(
                        Duration.ZERO,
                        time().manual().isPresent()
                                ? Duration.ofMillis(100)
                                : Duration.ofMillis(100).plus(time().slack()));
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        assertThat(lock.remaining().orElseThrow()).isZero();
        assertThatThrownBy(lock::ensureHeld)
                .isInstanceOfSatisfying(
                        LockLostException.class,
                        e -> assertThat(e.lockId()).isEqualTo(lock.info().id()));
        time().await("events", () -> listener.count("lost") == 1);
        assertThat(listener.names()).containsSubsequence("acquired", "atRisk", "lost");
    }

    /** Sent just before the deadline, accepted by the store just after it. */
    @Test
    void aRenewalThatComesBackTooLateDoesNotReviveTheLock() throws Exception {
        StateKey key = key("revived");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock lock = hold(holder, key, options());
        ArmedFault cut = holder.lockFaults().arm(Operation.RENEW, Fault.CUT, Integer.MAX_VALUE);
        Duration shortly = shortestLease().dividedBy(8);
        time().await("near deadline", () -> lock.remaining().orElseThrow().compareTo(shortly) < 0);
        cut.assertFired();
        ArmedFault hang = holder.lockFaults().arm(Operation.RENEW, Fault.HANG_BEFORE);
        cut.disarm();
        time().await("last renewal", () -> hang.fired() > 0);
        assertThat(lock.status()).as("when the last renewal is sent").isEqualTo(LockStatus.AT_RISK);
        time().await("loss", () -> lock.status() == LockStatus.LOST);
        hang.letGo();
        time().pass(Duration.ofSeconds(1));
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        assertThatThrownBy(() -> finishRun(lock::release)).isInstanceOf(LockLostException.class);
        assertBecomesFree(key);
    }

    @Test
    void refusedRenewalsPutTheLockAtRiskAndOneThatSucceedsSavesIt() throws Exception {
        if (leasesAreRefused(key("at-risk"))) {
            return;
        }
        each(List.of(Fault.CUT, Fault.LOST_ANSWER, Fault.THROTTLED, Fault.DENIED), fault -> {
            StateKey key = key("at-risk/" + fault);
            Party holder = party();
            RecordingListener listener = new RecordingListener(time());
            HeldLock lock = hold(holder, key, options().listener(listener));
            ArmedFault refused = holder.lockFaults().arm(Operation.RENEW, fault);
            time().await("event atRisk after " + fault, () -> listener.count("atRisk") == 1);
            time().await("renewal after " + fault, () -> listener.count("renewed") >= 1);
            refused.assertFired();
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            time().pass(shortestLease());
            lock.ensureHeld();
            finishRun(lock::release);
            assertThat(listener.names()).doesNotContain("lost");
        });
    }

    @Test
    void releaseOfALostLockTouchesNobodyElses() throws Exception {
        StateKey key = key("lost-release");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock lost = hold(holder, key, options());
        holder.die();
        HeldLock successor = finish(startWaiting(party(), key, new RecordingListener(time())));
        holder.recover();
        assertThatThrownBy(() -> finishRun(lost::release)).isInstanceOf(LockLostException.class);
        finishRun(lost::close); // told once; a body that released already is not told again
        time().pass(Duration.ofSeconds(2));
        assertThat(inspect(holder, key).orElseThrow().hasId(successor.info().id()))
                .isTrue();
        successor.ensureHeld();
        finishRun(successor::release);
    }

    @Test
    void aReleaseThatArrivesLateTouchesNobodyElses() throws Exception {
        StateKey key = key("late-release");
        Party holder = party();
        HeldLock first = hold(holder, key, options());
        ArmedFault late = holder.lockFaults().arm(Operation.RELEASE, Fault.LATE);
        finishRun(first::release);
        HeldLock second = hold(party(), key, options());
        late.letGo();
        late.assertFired();
        assertThat(inspect(holder, key).orElseThrow().hasId(second.info().id())).isTrue();
        time().pass(shortestLease());
        second.ensureHeld();
    }

    @Test
    void aRenewalThatArrivesLateTouchesNobodyElses() throws Exception {
        StateKey key = key("late-renewal");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock first = hold(holder, key, options());
        ArmedFault late = holder.lockFaults().arm(Operation.RENEW, Fault.LATE);
        late.whenFired(holder::die);
        HeldLock second = finish(startWaiting(party(), key, new RecordingListener(time())));
        Optional<ObservedLock> before = Optional.of(inspectDirectly(key));
        late.letGo();
        late.assertFired();
        assertThat(inspectDirectly(key).hasId(second.info().id())).isTrue();
        assertThat(before.orElseThrow().hasId(second.info().id())).isTrue();
        assertThat(first.status()).isEqualTo(LockStatus.LOST);
        time().pass(shortestLease());
        second.ensureHeld();
    }

    @Test
    void aLockHeldForLongerThanAllowedIsLost() throws Exception {
        StateKey key = key("max-hold");
        if (leasesAreRefused(key)) {
            return;
        }
        Duration maxHold = shortestLease();
        HeldLock lock = hold(party(), key, options().maxHold(maxHold));
        long start = time().nanos();
        HeldLock successor = finish(startWaiting(party(), key, new RecordingListener(time())));
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
        assertThat(time().since(start))
                .isGreaterThanOrEqualTo(maxHold.plus(shortestLease().dividedBy(3)));
        assertThat(successor.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aSuspendedMachineAsksTheStoreBeforeItGoesOn() throws Exception {
        StateKey key = key("suspended");
        if (leasesAreRefused(key) || time().manual().isEmpty()) {
            assertThat(expiresByService() || !supportsLeases() || !manualTime()).isTrue();
            return;
        }
        ManualTicker ticker = time().manual().orElseThrow();
        Party holder = party();
        HeldLock lock = hold(holder, key, options());
        ArmedFault renewal = holder.lockFaults().arm(Operation.RENEW, Fault.HANG_BEFORE);
        ticker.jumpWall(Duration.ofHours(8));
        assertThat(lock.status()).isEqualTo(LockStatus.AT_RISK);
        renewal.awaitFired();
        renewal.letGo();
        finishRun(lock::ensureHeld);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);

        ticker.jumpWall(Duration.ofHours(-8));
        assertThat(lock.status()).as("a clock that was set back means nothing").isEqualTo(LockStatus.HELD);

        forceAway(key, lock.info().id());
        ticker.jumpWall(Duration.ofHours(16));
        assertThatThrownBy(() -> finishRun(lock::ensureHeld)).isInstanceOf(LockLostException.class);
        assertThat(lock.status()).isEqualTo(LockStatus.LOST);
    }

    @Test
    void aCallbackOfALockThatIsLostAlreadyIsToldAtOnceAndOneThatThrowsHurtsNobody() throws Exception {
        StateKey key = key("callbacks");
        Party party = party();
        HeldLock lock = hold(party, key, options());
        List<String> told = new CopyOnWriteArrayList<>();
        lock.onLost(reason -> {
            told.add("first");
            throw new IllegalStateException("thrown by the test's callback");
        });
        lock.onLost(reason -> told.add("second"));
        finish(() -> party.locks().forceUnlock(key, lock.info().id()));
        time().await("callbacks", () -> told.size() == 2);
        lock.onLost(reason -> told.add("third"));
        time().await("callback of a lost lock", () -> told.contains("third"));
        assertThat(told).contains("first", "second");
    }

    @Test
    void aReleasedLockIsNeverToldLost() throws Exception {
        StateKey key = key("never-lost");
        RecordingListener listener = new RecordingListener(time());
        HeldLock lock = hold(party(), key, options().listener(listener));
        List<String> told = new CopyOnWriteArrayList<>();
        lock.onLost(reason -> told.add("lost"));
        finishRun(lock::release);
        time().pass(shortestLease().multipliedBy(2));
        assertThat(told).isEmpty();
        assertThat(listener.names()).contains("released").doesNotContain("lost");
    }

    final ObservedLock inspectDirectly(StateKey key) {
        return openDrivers().locks().observe(key).orElseThrow();
    }

    /** As a force-unlock by another process: this JVM's engine hears nothing of it. */
    final void forceAway(StateKey key, String lockId) {
        ObservedLock there = inspectDirectly(key);
        assertThat(there.hasId(lockId)).isTrue();
        assertThat(openDrivers().locks().breakLock(there, lockId)).isInstanceOf(ReleaseOutcome.Released.class);
    }
}
