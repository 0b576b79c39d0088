package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Leases and their renewals. */
abstract class LockLeaseContract extends LockHoldingContract {

    /** Where there are no leases, says that they are refused, and nothing else is left to assert. */
    final boolean leasesAreRefused(StateKey key) {
        if (!supportsLeases()) {
            assertMisconfigured(() -> hold(party(), key, LockOptions.builder().lease(shortestLease())))
                    .hasMessageContaining("lease");
        }
        return !supportsLeases();
    }

    /** A waiter that wants the lock for longer than any holder can be dead. */
    final Call<HeldLock> startWaiting(Party waiter, StateKey key, RecordingListener listener) {
        return Call.start(() -> waiter.locks()
                .acquire(
                        key,
                        options()
                                .waitUpTo(Duration.ofMinutes(2))
                                .listener(listener)
                                .build()));
    }

    /** How long at least a record must stand still before it is taken over. */
    final Duration deadAfter() {
        Duration lease = shortestLease();
        return expiresByService() ? lease : lease.plus(margin(lease));
    }

    /** How long at most a lock stays with a dead holder under the eyes of a waiter. */
    final Duration takenOverWithin() {
        Duration lease = shortestLease();
        return lease.plus(margin(lease))
                .plus(longestPoll().multipliedBy(2))
                .plusSeconds(1)
                .plus(time().slack());
    }

    @Test
    void aRenewedLockOutlivesThreeLeases() throws Exception {
        StateKey key = key("renewed");
        if (leasesAreRefused(key)) {
            return;
        }
        RecordingListener listener = new RecordingListener(time());
        HeldLock lock = hold(party(), key, options().listener(listener));
        Party other = party();
        long start = time().nanos();
        while (time().since(start).compareTo(shortestLease().multipliedBy(3).plusSeconds(1)) < 0) {
            time().pass(shortestLease().dividedBy(5));
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            assertThat(refusal(other, key, options()).hasId(lock.info().id())).isTrue();
        }
        lock.ensureHeld();
        assertThat(lock.remaining().orElseThrow()).isPositive();
        assertThat(listener.count("renewed")).isBetween(8, 16);
        finishRun(lock::release);
        assertBecomesFree(key);
    }

    @Test
    void aRenewalChangesTheRecordsVersionAndNothingElse() throws Exception {
        StateKey key = key("beats");
        if (leasesAreRefused(key)) {
            return;
        }
        RecordingListener listener = new RecordingListener(time());
        hold(party(), key, options().listener(listener));
        Party other = party();
        ObservedLock before = inspect(other, key).orElseThrow();
        time().await("renewal", () -> listener.count("renewed") > 0);
        ObservedLock after = inspect(other, key).orElseThrow();
        assertThat(after.info()).isEqualTo(before.info());
        assertThat(after.lease()).isEqualTo(before.lease());
        if (!expiresByService()) {
            assertThat(after.version()).isNotEqualTo(before.version());
        }
    }

    @Test
    void theDeadlineCountsFromTheSendAndNotFromTheAnswer() throws Exception {
        StateKey key = key("from-send");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        RecordingListener listener = new RecordingListener(time());
        Duration delay = Duration.ofSeconds(1);
        ArmedFault slow = holder.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_AFTER);
        Call<HeldLock> call = Call.start(
                () -> holder.locks().acquire(key, options().listener(listener).build()));
        slow.awaitFired();
        time().pass(delay);
        slow.letGo();
        HeldLock lock = finish(call);
        Duration term = shortestLease().minus(margin(shortestLease()));
        assertThat(lock.remaining().orElseThrow()).isLessThanOrEqualTo(term.minus(delay));

        ArmedFault slowRenewal = holder.lockFaults().arm(Operation.RENEW, Fault.HANG_AFTER);
        time().await("renewal", () -> slowRenewal.fired() > 0);
        long sent = time().nanos();
        int before = listener.count("renewed");
        time().pass(delay);
        slowRenewal.letGo();
        time().await("end of the renewal", () -> listener.count("renewed") > before);
        Duration remaining = lock.remaining().orElseThrow();
        assertThat(remaining).isLessThanOrEqualTo(term.minus(time().since(sent)).plusMillis(50));
    }

    /** The first request was applied and its answer lost; the second finds our own record, which is as old as the first. */
    @Test
    void aLockWhoseAnswerWasLostCountsFromItsFirstSend() throws Exception {
        StateKey key = key("first-send");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        Duration delay = Duration.ofSeconds(1);
        holder.lockFaults().arm(Operation.ACQUIRE, Fault.LOST_ANSWER);
        ArmedFault second = holder.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_BEFORE);
        Call<HeldLock> call =
                Call.start(() -> holder.locks().acquire(key, options().build()));
        time().await("second request", () -> second.fired() > 0);
        time().pass(delay);
        second.letGo();
        HeldLock lock = finish(call);
        Duration term = shortestLease().minus(margin(shortestLease()));
        boolean renewed = holder.lockFaults().count(Operation.RENEW) > 0;
        assertThat(lock.remaining().orElseThrow()).isLessThanOrEqualTo(renewed ? term : term.minus(delay));
    }

    /** When the request was sent that gave the lock its present deadline. */
    final long lastSend(HeldLock lock) {
        Duration term = shortestLease().minus(margin(shortestLease()));
        return time().nanos() - term.minus(lock.remaining().orElseThrow()).toNanos();
    }
}
