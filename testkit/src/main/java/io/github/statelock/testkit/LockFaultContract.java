package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Requests and answers that get lost, delayed, doubled: the outcome is right or unknown, and nothing is orphaned. */
abstract class LockFaultContract extends LockContentionContract {

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** What a request may suffer that is sent again in the end. */
    private static final List<Fault> PASSING = List.of(
            Fault.CUT,
            Fault.LOST_ANSWER,
            Fault.TWICE,
            Fault.LATE,
            Fault.HANG_BEFORE,
            Fault.HANG_AFTER,
            Fault.THROTTLED);

    private Party impatientParty() {
        return party(options -> options.callTimeout(CALL_TIMEOUT).transferTimeout(CALL_TIMEOUT));
    }

    @Test
    void anAcquireThatSuffersAFaultHoldsTheLockAndLeavesNoGhost() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("acquire/" + fault);
            Party party = impatientParty();
            ArmedFault armed = party.lockFaults().arm(Operation.ACQUIRE, fault);
            HeldLock lock = hold(party, key, lasting().waitUpTo(PATIENCE));
            armed.assertFired();
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
            finishRun(lock::release);
            armed.letGo(); // what was on its way arrives after the release
            assertBecomesFree(key);
        });
    }

    @Test
    void aRequestThatArrivesWhileTheLockIsHeldChangesNothing() throws Exception {
        each(List.of(Fault.LATE, Fault.HANG_BEFORE), fault -> {
            StateKey key = key("arrives-late/" + fault);
            Party party = impatientParty();
            ArmedFault armed = party.lockFaults().arm(Operation.ACQUIRE, fault);
            HeldLock lock = hold(party, key, lasting().waitUpTo(PATIENCE));
            armed.letGo();
            armed.assertFired();
            time().pass(Duration.ofSeconds(2));
            lock.ensureHeld();
            assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
            finishRun(lock::release);
            assertBecomesFree(key);
        });
    }

    /** The first request is on its way while its sender is refused, gives up, and the holder goes. */
    @Test
    void aGhostOfAnAttemptThatGaveUpIsRemoved() throws Exception {
        StateKey key = key("ghost");
        Party party = impatientParty();
        ArmedFault late = party.lockFaults().arm(Operation.ACQUIRE, Fault.LATE, Integer.MAX_VALUE);
        assertThatThrownBy(() -> hold(party, key, lasting()))
                .isInstanceOfSatisfying(
                        OutcomeUnknownException.class,
                        e -> assertThat(e.lockId()).isPresent());
        late.assertFired();
        late.disarm();
        assertBecomesFree(key);
    }

    @Test
    void aGhostThatFindsAnotherHolderHarmsNobody() throws Exception {
        StateKey key = key("ghost-late");
        Party party = impatientParty();
        ArmedFault late = party.lockFaults().arm(Operation.ACQUIRE, Fault.LATE);
        HeldLock lock = hold(party, key, lasting().waitUpTo(PATIENCE));
        finishRun(lock::release);
        HeldLock next = hold(party(), key, lasting());
        late.letGo();
        late.assertFired();
        time().pass(Duration.ofSeconds(5));
        next.ensureHeld();
        assertThat(inspectDirectly(key).hasId(next.info().id())).isTrue();
        finishRun(next::release);
        assertBecomesFree(key);
    }

    @Test
    void aReleaseThatSuffersAFaultFreesTheKey() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("release/" + fault);
            Party party = impatientParty();
            HeldLock lock = hold(party, key, lasting());
            ArmedFault armed = party.lockFaults().arm(Operation.RELEASE, fault);
            try {
                finishRun(lock::release);
            } catch (OutcomeUnknownException e) { // allowed where no answer came in time; the engine goes on
                assertThat(fault).isIn(Fault.HANG_BEFORE, Fault.HANG_AFTER);
            } catch (LockLostException e) { // the one answer that came says that the record was gone before
                assertThat(fault).isEqualTo(Fault.TWICE);
            }
            armed.assertFired();
            assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
            armed.letGo();
            assertBecomesFree(key);
        });
    }

    /** A renewal was applied and its answer is on its way: the release meets a version that its holder does not know yet. */
    @Test
    void aReleaseThatMeetsARenewalOnItsWayIsARelease() throws Exception {
        StateKey key = key("release-meets-renewal");
        if (leasesAreRefused(key)) {
            return;
        }
        Party holder = party();
        HeldLock lock = hold(holder, key, options());
        ArmedFault renewal = holder.lockFaults().arm(Operation.RENEW, Fault.HANG_AFTER);
        time().await("renewal", () -> renewal.fired() > 0);
        ArmedFault removal = holder.lockFaults().arm(Operation.BREAK, Fault.HANG_BEFORE);
        Call<Boolean> release = Call.start(() -> {
            lock.release();
            return true;
        });
        time().passUntil(() -> removal.fired() > 0 || release.isDone(), Duration.ofSeconds(2));
        renewal.letGo();
        time().pass(Duration.ofMillis(500));
        removal.disarm();
        assertThat(finish(release)).isTrue();
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        assertBecomesFree(key);
    }

    @Test
    void aDeniedRequestIsDeniedAndNotTakenForContention() throws Exception {
        StateKey key = key("denied");
        Party party = party();
        party.lockFaults().arm(Operation.ACQUIRE, Fault.DENIED);
        long start = time().nanos();
        assertThatThrownBy(() -> hold(party, key, options().waitUpTo(PATIENCE)))
                .isInstanceOf(BackendDeniedException.class);
        assertThat(time().since(start)).isLessThan(PATIENCE.dividedBy(2));
        HeldLock lock = hold(party, key, lasting());
        party.lockFaults().arm(Operation.RELEASE, Fault.DENIED);
        assertThatThrownBy(() -> finishRun(lock::release)).isInstanceOf(BackendDeniedException.class);
        assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
        party.lockFaults().assertAllFired();
    }

    @Test
    void aTakeoverThatSuffersAFaultHasOneHeir() throws Exception {
        if (leasesAreRefused(key("heir")) || expiresByService()) {
            assertThat(expiresByService() || !supportsLeases()).isTrue();
            return; // a service that ends leases is asked for a new one: the faults of ACQUIRE cover it
        }
        each(PASSING, fault -> {
            StateKey key = key("heir/" + fault);
            Party holder = party();
            HeldLock dead = hold(holder, key, options());
            holder.die();
            Party party = impatientParty();
            ArmedFault armed = party.lockFaults().arm(Operation.TAKE_OVER, fault);
            HeldLock heir = hold(party, key, options().waitUpTo(Duration.ofMinutes(2)));
            armed.assertFired();
            assertThat(dead.status()).isEqualTo(LockStatus.LOST);
            assertThat(inspectDirectly(key).hasId(heir.info().id())).isTrue();
            armed.letGo();
            time().pass(shortestLease());
            heir.ensureHeld();
            finishRun(heir::release);
            assertBecomesFree(key);
        });
    }

    @Test
    void aForceUnlockThatSuffersAFaultFreesTheKey() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("break/" + fault);
            HeldLock lock = hold(party(), key, lasting());
            Party operator = impatientParty();
            ArmedFault armed = operator.lockFaults().arm(Operation.BREAK, fault);
            try {
                finish(() -> operator.locks().forceUnlock(key, lock.info().id()));
            } catch (OutcomeUnknownException e) {
                armed.letGo();
                finish(() -> operator.locks().forceUnlock(key, lock.info().id()));
            }
            armed.assertFired();
            armed.letGo();
            assertBecomesFree(key);
        });
    }

    @Test
    void aWaiterWhoseLooksFailGoesOnWaiting() throws Exception {
        StateKey key = key("looks");
        HeldLock lock = hold(party(), key, options());
        Party waiter = impatientParty();
        each(List.of(Fault.CUT, Fault.THROTTLED, Fault.HANG_BEFORE, Fault.HANG_AFTER), fault -> {
            waiter.lockFaults().arm(Operation.OBSERVE, fault);
        });
        Call<HeldLock> call = startWaiting(waiter, key, new RecordingListener(time()));
        time().await("looks after the faults", () -> waiter.lockFaults().count(Operation.OBSERVE) > 6);
        waiter.lockFaults().assertAllFired();
        finishRun(lock::release);
        HeldLock next = finish(call);
        assertThat(next.status()).isEqualTo(LockStatus.HELD);
    }

    /** Who holds the lock is not known: the requests of the head go unanswered. */
    @Test
    void oneBehindAHeadWithoutAnswerIsToldThatTheLockIsHeld() throws Exception {
        StateKey key = key("behind-a-silent-head");
        Party party = impatientParty();
        ArmedFault silent = party.lockFaults().arm(Operation.ACQUIRE, Fault.HANG_BEFORE, Integer.MAX_VALUE);
        Call<HeldLock> head = Call.start(
                () -> party.locks().acquire(key, lasting().waitUpTo(PATIENCE).build()));
        time().await("request of the head", () -> silent.fired() > 0);
        assertThatThrownBy(() -> hold(party, key, lasting()))
                .isInstanceOfSatisfying(
                        LockHeldException.class,
                        e -> assertThat(e.holder().info()).isEmpty());
        silent.disarm();
        HeldLock lock = finish(head);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        finishRun(lock::release);
        assertBecomesFree(key);
    }

    /** As where the identity may write lock records and not read them. */
    @Test
    void aHolderWhoseRecordCannotBeReadIsHeld() throws Exception {
        StateKey key = key("unreadable-holder");
        HeldLock lock = hold(party(), key, lasting());
        Drivers drivers = openDrivers();
        Party blind = party(
                new Drivers(withoutHolders(drivers.locks()), drivers.states()),
                options -> options.callTimeout(CALL_TIMEOUT));
        assertThatThrownBy(() -> hold(blind, key, lasting()))
                .isInstanceOf(LockHeldException.class)
                .hasMessageContaining("its record could not be read");
        assertThat(refusal(blind, key, lasting()).info()).isEmpty();
        assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
        finishRun(lock::release);
        hold(blind, key, lasting());
    }

    /** A driver whose refusals name nobody. */
    private static LockDriver withoutHolders(LockDriver driver) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            try {
                Object answer = method.invoke(driver, arguments);
                return answer instanceof AcquireOutcome.Held ? new AcquireOutcome.HolderGone() : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (LockDriver)
                Proxy.newProxyInstance(LockDriver.class.getClassLoader(), new Class<?>[] {LockDriver.class}, handler);
    }

    @Test
    void everyCallEndsWhenTheStoreAnswersNothing() throws Exception {
        StateKey key = key("silent");
        HeldLock lock = hold(party(), key, lasting());
        Party party = impatientParty();
        for (Operation operation : Operation.values()) {
            party.lockFaults().arm(operation, Fault.HANG_BEFORE, Integer.MAX_VALUE);
        }
        Duration bound = CALL_TIMEOUT.multipliedBy(3).plus(time().slack());
        List<Callable<?>> calls = List.of(
                () -> party.locks().tryAcquire(key, options().build()),
                () -> party.locks().acquire(key, options().build()),
                () -> party.locks().inspect(key),
                () -> party.locks().list(prefix()),
                () -> party.locks().forceUnlock(key, lock.info().id()));
        for (Callable<?> silent : calls) {
            long start = time().nanos();
            assertThatThrownBy(() -> finish(Call.start(silent))).isInstanceOf(StatelockException.class);
            assertThat(time().since(start)).isLessThanOrEqualTo(bound);
        }
        party.recover();
        assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
    }
}
