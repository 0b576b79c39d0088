package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockStatus;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The numbers that outside resources compare. */
abstract class LockFencingContract extends LockDetachContract {

    @Test
    void everyLaterHolderHasALargerToken() throws Exception {
        StateKey key = key("fenced");
        Party first = party();
        Party second = party();
        List<FencingToken> tokens = new ArrayList<>();
        for (Party party : List.of(first, second, second, first)) {
            HeldLock lock = hold(party, key, options().fencing(true));
            tokens.add(lock.fencingToken().orElseThrow());
            finishRun(lock::release);
        }
        HeldLock plain = hold(first, key, options());
        assertThat(plain.fencingToken()).isEmpty();
        finishRun(plain::release);
        HeldLock last = hold(second, key, options().fencing(true));
        tokens.add(last.fencingToken().orElseThrow());
        assertThat(tokens).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void whoTakesALockOverHasALargerTokenThanTheDeadHolder() throws Exception {
        StateKey key = key("fenced-takeover");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock dead = hold(holder, key, options().fencing(true));
        holder.die();
        HeldLock heir = hold(party(), key, options().fencing(true).waitUpTo(Duration.ofMinutes(2)));
        assertThat(heir.fencingToken().orElseThrow())
                .isGreaterThan(dead.fencingToken().orElseThrow());
    }

    @Test
    void aTokenIsDrawnAgainWhenItsAnswerWasLost() throws Exception {
        StateKey key = key("fenced-lost");
        Party party = party();
        long last = 0;
        for (Fault fault : List.of(Fault.CUT, Fault.LOST_ANSWER, Fault.TWICE)) {
            ArmedFault armed = party.lockFaults().arm(Operation.FENCE, fault);
            HeldLock lock = hold(party, key, options().fencing(true).waitUpTo(Duration.ofSeconds(30)));
            armed.assertFired();
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            assertThat(lock.fencingToken().orElseThrow().value()).isGreaterThan(last);
            last = lock.fencingToken().orElseThrow().value();
            finishRun(lock::release);
        }
    }

    /**
     * The caller is paused while its token is on its way; meanwhile its lock goes to somebody else, who draws too. A token
     * that reaches the caller then would be larger than that of the lock's present holder.
     */
    @Test
    void aTokenDrawnWhileTheLockWentToSomebodyElseIsNotReturned() throws Exception {
        StateKey key = key("fenced-late");
        Party slow = party();
        ArmedFault hang = slow.lockFaults().arm(Operation.FENCE, Fault.HANG_BEFORE);
        Call<HeldLock> call = Call.start(
                () -> slow.locks().acquire(key, options().fencing(true).build()));
        hang.awaitFired();
        forceAway(key, inspectDirectly(key).info().orElseThrow().id());
        HeldLock successor = hold(party(), key, lasting().fencing(true));
        hang.letGo();
        time().await("end of the call", call::isDone);
        try {
            HeldLock returned = call.result();
            throw new AssertionError("A lock was returned with token "
                    + returned.fencingToken().orElseThrow() + " while somebody else holds it with "
                    + successor.fencingToken().orElseThrow());
        } catch (StatelockException e) {
            assertThat(e.kind())
                    .isIn(
                            StatelockException.Kind.HELD,
                            StatelockException.Kind.LOST,
                            StatelockException.Kind.OUTCOME_UNKNOWN);
        }
        assertThat(inspectDirectly(key).hasId(successor.info().id())).isTrue();
    }
}
