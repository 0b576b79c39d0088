package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseStateTest {

    private static final Lease LEASE = new Lease(Duration.ofSeconds(30));
    private static final Duration TO_DEADLINE = Duration.ofNanos(LEASE.deadlineNanos());

    private final ManualTime time = new ManualTime();
    private final OwnedLock first = version("first");
    private final LeaseState state = leased();

    @Test
    void itIsHeldUntilItsDeadlineAndLostFromThenOn() {
        time.pass(TO_DEADLINE.minusNanos(1));
        assertThat(state.expireIfDue("late")).isFalse();
        assertThat(state.status()).isEqualTo(LockStatus.HELD);
        assertThat(state.remaining()).contains(Duration.ofNanos(1));
        time.pass(Duration.ofNanos(1));
        assertThat(state.expireIfDue("late")).isTrue();
        assertThat(state.status()).isEqualTo(LockStatus.LOST);
        assertThat(state.reason()).isEqualTo("late");
        assertThat(state.remaining()).contains(Duration.ZERO);
    }

    @Test
    void aLossIsToldOnceAndWithItsFirstReason() {
        assertThat(state.lose("first")).isTrue();
        assertThat(state.lose("second")).isFalse();
        time.pass(TO_DEADLINE);
        assertThat(state.expireIfDue("third")).isFalse();
        assertThat(state.reason()).isEqualTo("first");
        assertThat(state.release()).isFalse();
        assertThat(state.status()).isEqualTo(LockStatus.LOST);
    }

    @Test
    void whatIsReleasedIsNotLostAfterwards() {
        assertThat(state.release()).isTrue();
        assertThat(state.release()).isFalse();
        assertThat(state.lose("too late")).isFalse();
        assertThat(state.atRisk()).isFalse();
        assertThat(state.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(state.reason()).isEmpty();
        assertThat(state.remaining()).contains(Duration.ZERO);
    }

    @Test
    void aRenewalMovesTheDeadlineToItsSend() {
        time.pass(Duration.ofSeconds(10));
        long sent = time.nanos();
        long sentWall = time.wallMillis();
        time.pass(Duration.ofSeconds(5));
        assertThat(state.atRisk()).isTrue();
        assertThat(state.renewed(version("second"), sent, sentWall)).isTrue();
        assertThat(state.status()).isEqualTo(LockStatus.HELD);
        assertThat(state.owned()).isEqualTo(version("second"));
        assertThat(state.age()).isEqualTo(Duration.ofSeconds(5));
        assertThat(state.deadline() - sent).isEqualTo(LEASE.deadlineNanos());
        assertThat(state.remaining()).contains(TO_DEADLINE.minusSeconds(5));
        assertThat(state.suspended()).isFalse();
    }

    @Test
    void aRenewalThatIsAnsweredAtTheDeadlineIsTooLate() {
        time.pass(TO_DEADLINE.minusNanos(1));
        assertThat(state.renewed(version("in time"), time.nanos() - LEASE.deadlineNanos() + 1, time.wallMillis()))
                .isTrue();
        time.pass(Duration.ofNanos(1));
        assertThat(state.renewed(version("too late"), time.nanos(), time.wallMillis()))
                .isFalse();
        assertThat(state.owned()).isEqualTo(version("in time"));
    }

    @Test
    void aRenewalRevivesNothing() {
        state.lose("gone");
        assertThat(state.renewed(version("second"), time.nanos(), time.wallMillis()))
                .isFalse();
        LeaseState released = leased();
        released.release();
        assertThat(released.renewed(version("second"), time.nanos(), time.wallMillis()))
                .isFalse();
        assertThat(released.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(released.owned()).isEqualTo(first);
    }

    @Test
    void riskIsToldOnceUntilTheNextRenewal() {
        assertThat(state.atRisk()).isTrue();
        assertThat(state.atRisk()).isFalse();
        assertThat(state.status()).isEqualTo(LockStatus.AT_RISK);
        state.renewed(version("second"), time.nanos(), time.wallMillis());
        assertThat(state.atRisk()).isTrue();
    }

    @Test
    void aVersionThatIsAdoptedIsTheOneToRenew() {
        state.adopt("newer");
        assertThat(state.owned()).isEqualTo(version("newer"));
    }

    @Test
    void theMachineWasSuspendedOnceTheWallClockIsAheadByMoreThanTheMargin() {
        time.pass(Duration.ofSeconds(7));
        time.suspend(LEASE.margin());
        assertThat(state.suspended()).isFalse();
        time.suspend(Duration.ofMillis(1));
        assertThat(state.suspended()).isTrue();
        state.release();
        assertThat(state.suspended()).isFalse();
    }

    @Test
    void aLockWithoutLeaseHasNoDeadlineAndSurvivesASuspension() {
        LeaseState without = new LeaseState(Optional.empty(), time, first, time.nanos(), time.wallMillis());
        time.pass(Duration.ofDays(30));
        time.suspend(Duration.ofDays(1));
        assertThat(without.expireIfDue("late")).isFalse();
        assertThat(without.suspended()).isFalse();
        assertThat(without.remaining()).isEmpty();
        assertThat(without.renewed(version("second"), time.nanos(), time.wallMillis()))
                .isTrue();
        without.lose("forced");
        assertThat(without.remaining()).contains(Duration.ZERO);
    }

    private LeaseState leased() {
        return new LeaseState(Optional.of(LEASE), time, first, time.nanos(), time.wallMillis());
    }

    private static OwnedLock version(String version) {
        LockInfo info = new LockInfo("id", "apply", "", "me@here", "1.9.0", Instant.EPOCH, "");
        return new OwnedLock(StateKey.of("key"), info, Optional.of(LEASE.length()), version);
    }
}
