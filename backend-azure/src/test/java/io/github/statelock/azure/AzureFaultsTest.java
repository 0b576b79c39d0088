package io.github.statelock.azure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.models.LeaseDurationType;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every request of every operation meets every fault of the wire. The outcome is the right one, or unknown where no answer
 * came in time; nothing is orphaned; and what arrives late changes nothing.
 */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class AzureFaultsTest {

    private static final List<WireFault> FAULTS = List.of(
            WireFault.cutBeforeSending(),
            WireFault.resetBeforeSending(),
            WireFault.applyThenCut(),
            WireFault.applyThenReset(),
            WireFault.answer(500),
            WireFault.answer(503),
            WireFault.answer(429),
            WireFault.hang(),
            WireFault.applyThenHang(),
            WireFault.drip(1),
            WireFault.sendLate(),
            WireFault.sendTwice());

    /**
     * The time for a call is the default, and so is the lease. A release has one call's time for all its requests, and its first
     * attempt half of it: with a shorter one, a server on a busy machine is late also where no fault is, and the outcome is
     * unknown, rightly.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final LockOptions ENDLESS =
            LockOptions.builder().noLease().waitUpTo(PATIENCE).build();
    private static final LockOptions LEASED =
            LockOptions.builder().waitUpTo(PATIENCE).build();

    @SuppressWarnings("NullAway.Init") // before all tests
    private static TestContainer container;

    @SuppressWarnings("NullAway.Init")
    private static AzureBackend direct;

    private final FaultProxy proxy = FaultProxy.inFrontOf(TestContainer.endpoint());
    private final AzureBackend backend = AzureBackend.builder()
            .client(TestContainer.client(proxy.uri(), container.name()))
            .transferTimeout(Duration.ofSeconds(20))
            .build();
    private final StateKey key = StateKey.of("faults/" + UUID.randomUUID());

    @BeforeAll
    static void createContainer() throws InterruptedException {
        container = TestContainer.create();
        direct = AzureBackend.builder().client(container.client()).build();
        warmUp();
    }

    /** A cold client and server on a busy machine: twelve first tests at once took longer for a call than it may take. */
    private static void warmUp() throws InterruptedException {
        LockOptions fencing = ENDLESS.toBuilder().fencing(true).build();
        for (int i = 0; i < 5; i++) {
            direct.locks().acquire(StateKey.of("warm"), fencing).release();
        }
    }

    @AfterEach
    void close() {
        backend.close();
        proxy.close();
    }

    static Stream<Arguments> acquireSteps() {
        return steps(4);
    }

    static Stream<Arguments> endlessAcquireSteps() {
        return steps(5);
    }

    static Stream<Arguments> releaseSteps() {
        return steps(3);
    }

    static Stream<Arguments> twoSteps() {
        return steps(2);
    }

    static Stream<Arguments> oneStep() {
        return steps(1);
    }

    /** Each fault at each of the first requests of an operation. */
    private static Stream<Arguments> steps(int count) {
        return IntStream.range(0, count)
                .boxed()
                .flatMap(step -> FAULTS.stream().map(fault -> Arguments.of(step, fault)));
    }

    private ArmedWireFault arm(WireFault fault, int step, Predicate<WireRequest> requests) {
        return proxy.arm(fault, requests, step, 1);
    }

    private boolean isHeldBy(HeldLock lock) {
        return direct.locks()
                .inspect(key)
                .filter(seen -> seen.hasId(lock.info().id()))
                .isPresent();
    }

    private void assertBecomesFree() {
        await("free lock", () -> direct.locks().inspect(key).isEmpty());
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end >= 0) {
                throw new AssertionError("not within 2 minutes: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @ParameterizedTest
    @MethodSource("acquireSteps")
    void anAcquireHoldsTheLockAndLeavesNoGhost(int step, WireFault fault) throws Exception {
        container.put(key, "state");
        ArmedWireFault armed = arm(fault, step, WireRequest.any());
        HeldLock lock = backend.locks().acquire(key, ENDLESS);
        proxy.assertFired();
        assertThat(isHeldBy(lock)).isTrue();
        assertThat(direct.locks().inspect(key).orElseThrow().lease()).isEmpty();
        lock.release();
        armed.release(); // what was on its way arrives now
        assertBecomesFree();
        assertThat(container.blob(key).downloadContent().toString()).isEqualTo("state");
    }

    @ParameterizedTest
    @MethodSource("acquireSteps")
    void whatAnAcquireSentLateChangesNothingOfTheLock(int step, WireFault fault) throws Exception {
        ArmedWireFault armed = arm(fault, step, WireRequest.any());
        HeldLock lock = backend.locks().acquire(key, LEASED); // of a missing blob, so that there are four steps too
        armed.release();
        proxy.assertFired();
        lock.ensureHeld();
        assertThat(isHeldBy(lock)).isTrue();
        lock.release();
        assertBecomesFree();
    }

    /** A lease that gets an end again is renewed by nobody: the next one would hold the lock too, some seconds later. */
    @ParameterizedTest
    @MethodSource("endlessAcquireSteps")
    void whatAnAcquireWithoutLeaseSentLateGivesItNoEnd(int step, WireFault fault) throws Exception {
        ArmedWireFault armed = arm(fault, step, WireRequest.any());
        HeldLock lock = backend.locks().acquire(key, ENDLESS); // of a missing blob, which is one step more
        armed.release();
        proxy.assertFired();
        assertThat(isHeldBy(lock)).isTrue();
        assertThat(container.blob(key).getProperties().getLeaseDuration()).isEqualTo(LeaseDurationType.INFINITE);
        lock.release();
        assertBecomesFree();
    }

    @ParameterizedTest
    @MethodSource("releaseSteps")
    void aReleaseFreesTheKeyAndNobodyElses(int step, WireFault fault) throws Exception {
        HeldLock lock = backend.locks().acquire(key, ENDLESS);
        ArmedWireFault armed = arm(fault, step, WireRequest.any());
        try {
            lock.release();
        } catch (OutcomeUnknownException e) {
            assertThat(fault.toString()).containsAnyOf("hang", "drip");
        }
        proxy.assertFired();
        assertBecomesFree();
        HeldLock next = direct.locks().acquire(key, ENDLESS);
        armed.release();
        assertThat(isHeldBy(next)).isTrue();
        next.release();
        assertBecomesFree();
    }

    @ParameterizedTest
    @MethodSource("oneStep")
    void aRenewalKeepsTheLock(int step, WireFault fault) throws Exception {
        HeldLock lock = backend.locks().acquire(key, LEASED);
        Predicate<WireRequest> renewals = WireRequest.header("x-ms-lease-action", "renew");
        ArmedWireFault armed = arm(fault, step, renewals);
        await("renewal after the fault", () -> proxy.count(renewals) >= 2);
        armed.release();
        await("second renewal after the fault", () -> proxy.count(renewals) >= 3);
        lock.ensureHeld();
        assertThat(isHeldBy(lock)).isTrue();
        proxy.assertFired();
        lock.release();
        assertBecomesFree();
    }

    @ParameterizedTest
    @MethodSource("oneStep")
    void aTokenIsDrawnAgainAndGrows(int step, WireFault fault) throws Exception {
        LockOptions fencing = ENDLESS.toBuilder().fencing(true).build();
        direct.locks().acquire(key, fencing).release();
        HeldLock first = backend.locks().acquire(key, ENDLESS);
        first.release();
        proxy.forgetRequests();
        // The signature, the end of the lease's end, then the counter: the second change of metadata.
        ArmedWireFault armed = arm(fault, step + 1, WireRequest.targetContains("comp=metadata"));
        HeldLock lock = backend.locks().acquire(key, fencing);
        proxy.assertFired();
        assertThat(lock.fencingToken().orElseThrow().value()).isGreaterThan(1);
        armed.release();
        assertThat(isHeldBy(lock)).isTrue();
        lock.release();
        HeldLock next = direct.locks().acquire(key, fencing);
        assertThat(next.fencingToken().orElseThrow())
                .isGreaterThan(lock.fencingToken().orElseThrow());
        next.release();
    }

    @ParameterizedTest
    @MethodSource("releaseSteps")
    void aForceUnlockFreesTheKeyAndNobodyElses(int step, WireFault fault) throws Exception {
        HeldLock lock = direct.locks().acquire(key, ENDLESS);
        ArmedWireFault armed = arm(fault, step, WireRequest.any());
        try {
            backend.locks().forceUnlock(key, lock.info().id());
        } catch (StatelockException e) {
            assertThat(e.kind().name()).isIn("OUTCOME_UNKNOWN", "UNREACHABLE");
            backend.locks().forceUnlock(key, lock.info().id());
        }
        proxy.assertFired();
        assertBecomesFree();
        HeldLock next = direct.locks().acquire(key, ENDLESS);
        armed.release();
        assertThat(isHeldBy(next)).isTrue();
        next.release();
    }

    @ParameterizedTest
    @MethodSource("twoSteps")
    void aWriteIsAppliedOnceAndKeepsTheLock(int step, WireFault fault) throws Exception {
        container.put(key, "base");
        LockedState state = backend.lock(key, ENDLESS);
        // The read of the base, then the write.
        ArmedWireFault armed =
                arm(fault, step, WireRequest.targetContains(key.value().substring("faults/".length())));
        try {
            state.read();
        } catch (BackendUnavailableException e) {
            state.read();
        }
        state.write("ours".getBytes(UTF_8));
        proxy.assertFired();
        state.write("next".getBytes(UTF_8));
        armed.release();
        assertThat(direct.states().read(key).map(State::utf8)).contains("next");
        assertThat(isHeldBy(state.lock())).isTrue();
        state.close();
        assertThat(direct.states().read(key).map(State::utf8)).contains("next");
        assertBecomesFree();
    }

    @ParameterizedTest
    @MethodSource("oneStep")
    void aDeleteIsAppliedAndKeepsTheLock(int step, WireFault fault) throws Exception {
        container.put(key, "base");
        LockedState state = backend.lock(key, ENDLESS);
        state.read();
        ArmedWireFault armed = arm(fault, step, WireRequest.method("PUT"));
        state.delete();
        proxy.assertFired();
        assertThat(isHeldBy(state.lock())).isTrue();
        state.write("again".getBytes(UTF_8));
        armed.release();
        assertThat(direct.states().read(key).map(State::utf8)).contains("again");
        state.close();
        assertBecomesFree();
    }

    @ParameterizedTest
    @MethodSource("oneStep")
    void aReleaseAfterADeleteTakesTheBlobWithIt(int step, WireFault fault) throws Exception {
        container.put(key, "base");
        LockedState state = backend.lock(key, LEASED);
        state.delete();
        ArmedWireFault armed = arm(fault, step, WireRequest.method("DELETE"));
        state.close();
        proxy.assertFired();
        assertBecomesFree();
        assertThat(direct.states().read(key)).isEmpty();
        direct.states().write(key, "new".getBytes(UTF_8), WriteCondition.ifAbsent());
        armed.release();
        assertThat(direct.states().read(key).map(State::utf8)).contains("new");
    }
}
