package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockInfo;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.local.LocalStores;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.WriteOutcome;
import io.github.statelock.testkit.BackendContract.Drivers;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Each fault does what it says, to the requests that it was armed for and to no others. */
class FaultyDriverTest {

    private static final StateKey KEY = StateKey.of("a");

    private final Drivers store = new LocalStores.Memory().open();
    private final FaultyDriver driver = new FaultyDriver(store.locks());
    private final FaultyStateDriver states = new FaultyStateDriver(store.states());

    private static LockProposal proposal(String id) {
        LockInfo info = new LockInfo(id, "", "", "", "", Instant.EPOCH, "");
        return new LockProposal(KEY, info, Optional.empty());
    }

    private AcquireOutcome acquire(String id) {
        return driver.tryAcquire(proposal(id));
    }

    private boolean isLocked() {
        return store.locks().observe(KEY).isPresent();
    }

    /** A method that the wrapper inherits would ask the interface's default instead of the driver. */
    @Test
    void everyMethodOfADriverIsForwarded() {
        Map<Class<?>, List<Class<?>>> wrappers = Map.of(
                LockDriver.class, List.of(FaultyDriver.class, BrokenLockDriver.class),
                StateDriver.class, List.of(FaultyStateDriver.class, BrokenStateDriver.class));
        wrappers.forEach((driver, all) -> {
            for (Method method : driver.getMethods()) {
                assertThat(all)
                        .allSatisfy(wrapper -> assertThat(
                                        wrapper.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                                .isNotNull());
            }
        });
    }

    @Test
    void withoutFaultsItIsTheDriverItself() {
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Acquired.class);
        assertThat(acquire("2")).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(driver.observe(KEY)).isEqualTo(store.locks().observe(KEY));
        assertThat(driver.faults().count(Operation.ACQUIRE)).isEqualTo(2);
        assertThat(driver.faults().count()).isEqualTo(3);
    }

    @Test
    void aCutRequestIsNotAppliedAndNotAnswered() {
        ArmedFault fault = driver.faults().arm(Operation.ACQUIRE, Fault.CUT);
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Unknown.class);
        assertThat(isLocked()).isFalse();
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Acquired.class);
        assertThat(fault.fired()).isEqualTo(1);
    }

    @Test
    void aRequestWhoseAnswerIsLostIsApplied() {
        ArmedFault fault = driver.faults().arm(Operation.ACQUIRE, Fault.LOST_ANSWER);
        fault.whenFired(() -> assertThat(isLocked()).isTrue());
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Unknown.class);
        fault.assertFired();
        assertThat(isLocked()).isTrue();
    }

    @Test
    void aDoubledRequestHearsItsSecondAnswer() {
        driver.faults().arm(Operation.ACQUIRE, Fault.TWICE);
        AcquireOutcome outcome = acquire("1");
        assertThat(outcome).isInstanceOf(AcquireOutcome.Held.class);
        assertThat(((AcquireOutcome.Held) outcome).holder().hasId("1")).isTrue();
    }

    @Test
    void aLateRequestIsAppliedWhenItIsLetGo() {
        ArmedFault fault = driver.faults().arm(Operation.ACQUIRE, Fault.LATE);
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Unknown.class);
        assertThat(isLocked()).isFalse();
        fault.letGo();
        assertThat(isLocked()).isTrue();
    }

    @Test
    void aHungRequestArrivesWhenItIsLetGo() throws Exception {
        ArmedFault fault = driver.faults().arm(Operation.ACQUIRE, Fault.HANG_BEFORE);
        Call<AcquireOutcome> call = Call.start(() -> acquire("1"));
        fault.awaitFired();
        assertThat(isLocked()).isFalse();
        assertThat(driver.faults().inFlight()).isZero();
        call.interrupt();
        assertThat(call.isDone()).isFalse();
        fault.letGo();
        assertThat(call.result()).isInstanceOf(AcquireOutcome.Acquired.class);
    }

    @Test
    void aHungAnswerComesWhenItIsLetGo() throws Exception {
        ArmedFault fault = driver.faults().arm(Operation.ACQUIRE, Fault.HANG_AFTER);
        Call<AcquireOutcome> call = Call.start(() -> acquire("1"));
        fault.awaitFired();
        assertThat(isLocked()).isTrue();
        assertThat(call.isDone()).isFalse();
        fault.letGo();
        assertThat(call.result()).isInstanceOf(AcquireOutcome.Acquired.class);
    }

    @Test
    void refusalsAreErrorsAndForARenewalAnOutcome() {
        AcquireOutcome.Acquired lock = (AcquireOutcome.Acquired) acquire("1");
        driver.faults().arm(Operation.RELEASE, Fault.DENIED);
        driver.faults().arm(Operation.OBSERVE, Fault.THROTTLED);
        driver.faults().arm(Operation.RENEW, Fault.DENIED);
        assertThatThrownBy(() -> driver.release(lock.lock())).isInstanceOf(BackendDeniedException.class);
        assertThatThrownBy(() -> driver.observe(KEY)).isInstanceOf(BackendUnavailableException.class);
        assertThat(driver.renew(lock.lock())).isInstanceOf(RenewOutcome.Refused.class);
        assertThat(isLocked()).isTrue();
        driver.faults().assertAllFired();
    }

    @Test
    void faultsOfOneOperationHitInTheirOrderAndAsOftenAsAsked() {
        driver.faults().arm(Operation.OBSERVE, Fault.CUT, 2);
        driver.faults().arm(Operation.OBSERVE, Fault.DENIED);
        for (Class<?> expected : List.of(
                BackendUnavailableException.class, BackendUnavailableException.class, BackendDeniedException.class)) {
            assertThatThrownBy(() -> driver.observe(KEY)).isInstanceOf(expected);
        }
        assertThat(driver.observe(KEY)).isEmpty();
    }

    @Test
    void whoIsCutOffReachesNothingUntilReconnected() {
        driver.faults().cutOff();
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Unknown.class);
        assertThatThrownBy(() -> driver.list("")).isInstanceOf(BackendUnavailableException.class);
        assertThat(isLocked()).isFalse();
        driver.faults().reconnect();
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Acquired.class);
    }

    @Test
    void aFaultThatHitNothingFailsItsTest() {
        ArmedFault fault = driver.faults().arm(Operation.BREAK, Fault.CUT);
        assertThatThrownBy(fault::assertFired)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("CUT of BREAK");
        assertThatThrownBy(driver.faults()::assertAllFired).isInstanceOf(AssertionError.class);
    }

    @Test
    void aDisarmedFaultHitsNothing() {
        driver.faults().arm(Operation.ACQUIRE, Fault.CUT, Integer.MAX_VALUE).disarm();
        assertThat(acquire("1")).isInstanceOf(AcquireOutcome.Acquired.class);
    }

    @Test
    void stateRequestsSufferTheSameFaults() {
        AtomicBoolean between = new AtomicBoolean();
        states.faults()
                .arm(FaultyStateDriver.Operation.WRITE, Fault.LOST_ANSWER)
                .whenFired(() -> between.set(store.states().read(KEY).isPresent()));
        StateWrite write = new StateWrite(KEY, new byte[] {1}, WriteCondition.ifAbsent(), "w", Optional.empty());
        assertThat(states.write(write)).isInstanceOf(WriteOutcome.Unknown.class);
        assertThat(between).isTrue();
        assertThat(states.write(write)).isInstanceOf(WriteOutcome.Refused.class);
        states.faults().arm(FaultyStateDriver.Operation.READ, Fault.CUT);
        assertThatThrownBy(() -> states.read(KEY)).isInstanceOf(BackendUnavailableException.class);
        assertThat(states.read(KEY)).isPresent();
        assertThat(states.faults().count(FaultyStateDriver.Operation.WRITE)).isEqualTo(2);
    }
}
