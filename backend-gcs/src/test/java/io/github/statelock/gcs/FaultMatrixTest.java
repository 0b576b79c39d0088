package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each operation meets each fault on the wire: the outcome is right or unknown, and nothing is orphaned. In real time. */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
class FaultMatrixTest {

    /** What may happen to a request or its answer. */
    @SuppressWarnings("ImmutableEnumChecker") // the suppliers have no state
    enum Fault {
        CUT_BEFORE(WireFault::cutBeforeSending),
        RESET_BEFORE(WireFault::resetBeforeSending),
        APPLIED_THEN_CUT(WireFault::applyThenCut),
        APPLIED_THEN_RESET(WireFault::applyThenReset),
        ANSWER_500(() -> WireFault.answer(500)),
        ANSWER_503(() -> WireFault.answer(503)),
        ANSWER_429(() -> WireFault.answer(429)),
        HANG(WireFault::hang),
        APPLIED_THEN_HANG(WireFault::applyThenHang),
        DRIP(() -> WireFault.drip(1)),
        LATE(WireFault::sendLate),
        TWICE(WireFault::sendTwice);

        private final Supplier<WireFault> fault;

        Fault(Supplier<WireFault> fault) {
            this.fault = fault;
        }
    }

    private static final Predicate<WireRequest> INSERT =
            WireRequest.method("POST").and(WireRequest.targetContains("/upload/"));
    private static final Predicate<WireRequest> PATCH = WireRequest.method("PATCH");
    private static final Predicate<WireRequest> DELETE = WireRequest.method("DELETE");
    private static final Predicate<WireRequest> GET = WireRequest.method("GET");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Gcs gcs = Gcs.main();
    private final GenerationLockDriver direct = gcs.lockDriver();
    private final GcsStateStore directStates = gcs.stateDriver(false);
    private final StateKey key = StateKey.of("faults/" + UUID.randomUUID() + ".tfstate");

    private GcsBackend through(FaultProxy proxy) {
        return gcs.through(proxy.uri())
                .backend()
                .callTimeout(Duration.ofSeconds(4))
                .transferTimeout(Duration.ofSeconds(8))
                .build();
    }

    private static LockOptions patient() {
        return LockOptions.builder()
                .lease(Duration.ofSeconds(10))
                .waitUpTo(PATIENCE)
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void anAcquireHoldsTheLockAndLeavesNoGhost(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            ArmedWireFault armed = proxy.arm(fault.fault.get(), INSERT);
            HeldLock lock = backend.locks().acquire(key, patient());
            proxy.assertFired();
            assertThat(direct.observe(key).orElseThrow().hasId(lock.info().id()))
                    .isTrue();
            if (fault == Fault.TWICE) { // an answered request that arrives again does so while its connection lives
                armed.release();
            }
            release(lock, fault);
            armed.release();
            Eventually.holds(() -> direct.observe(key).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedAttemptNamesTheHolder(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend holder = gcs.backend().build();
                GcsBackend backend = through(proxy)) {
            HeldLock held =
                    holder.locks().acquire(key, LockOptions.builder().noLease().build());
            ArmedWireFault armed = proxy.arm(fault.fault.get(), GET);
            LockAttempt attempt = backend.locks()
                    .tryAcquire(key, LockOptions.builder().noLease().build());
            proxy.assertFired();
            assertThat(attempt)
                    .isInstanceOfSatisfying(
                            LockAttempt.Held.class,
                            refused -> assertThat(
                                            refused.holder().hasId(held.info().id()))
                                    .isTrue());
            armed.release();
            held.release();
            assertThat(direct.observe(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRenewalKeepsTheLock(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            // Of 10 s a renewal that hangs leaves one second, which a busy machine may need for itself.
            LockOptions options =
                    LockOptions.builder().lease(Duration.ofSeconds(15)).build();
            HeldLock lock = backend.locks().acquire(key, options);
            ArmedWireFault armed = proxy.arm(fault.fault.get(), PATCH);
            armed.awaitFired(PATIENCE);
            int patches = proxy.count(PATCH);
            Eventually.holds(() -> proxy.count(PATCH) >= patches + 2 && lock.status() == LockStatus.HELD);
            armed.release();
            lock.ensureHeld();
            assertThat(direct.observe(key).orElseThrow().hasId(lock.info().id()))
                    .isTrue();
            release(lock, fault);
            assertThat(direct.observe(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReleaseFreesTheKey(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            HeldLock lock = backend.locks().acquire(key, patient());
            ArmedWireFault armed = proxy.arm(fault.fault.get(), DELETE);
            release(lock, fault);
            proxy.assertFired();
            assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
            armed.release();
            Eventually.holds(() -> direct.observe(key).isEmpty());
        }
    }

    /** Unknown is allowed where no answer came at all in time. A loss never is: nobody else touched the lock. */
    private static void release(HeldLock lock, Fault fault) {
        try {
            lock.release();
        } catch (OutcomeUnknownException e) {
            assertThat(fault).isIn(Fault.HANG, Fault.APPLIED_THEN_HANG, Fault.DRIP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForceUnlockFreesTheKey(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend holder = gcs.backend().build();
                GcsBackend operator = through(proxy)) {
            HeldLock lock =
                    holder.locks().acquire(key, LockOptions.builder().noLease().build());
            ArmedWireFault armed = proxy.arm(fault.fault.get(), DELETE);
            boolean removed = operator.locks().forceUnlock(key, lock.info().id());
            proxy.assertFired();
            assertThat(removed).isTrue();
            armed.release();
            assertThat(direct.observe(key)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTakeoverHasOneHeir(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            ObservedLock dead = Dead.holder(gcs, key);
            // The first insert is the attempt that is refused.
            ArmedWireFault armed = proxy.arm(fault.fault.get(), INSERT, 1, 1);
            HeldLock heir = backend.locks().acquire(key, patient());
            proxy.assertFired();
            ObservedLock now = direct.observe(key).orElseThrow();
            assertThat(now.hasId(heir.info().id())).isTrue();
            assertThat(now.info()).isNotEqualTo(dead.info());
            armed.release();
            heir.ensureHeld();
            assertThat(direct.observe(key).orElseThrow().hasId(heir.info().id()))
                    .isTrue();
            release(heir, fault);
            Eventually.holds(() -> direct.observe(key).isEmpty());
        }
    }

    @ParameterizedTest
    @EnumSource
    void fencingTokensGrowAllTheSame(Fault fault) throws Exception {
        LockOptions fenced = patient().toBuilder().fencing(true).build();
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend before = gcs.backend().build();
                GcsBackend backend = through(proxy)) {
            HeldLock earlier = before.locks().acquire(key, fenced);
            earlier.release();
            // The first insert takes the lock, the second raises the counter.
            ArmedWireFault armed = proxy.arm(fault.fault.get(), INSERT, 1, 1);
            HeldLock lock = backend.locks().acquire(key, fenced);
            proxy.assertFired();
            assertThat(lock.fencingToken().orElseThrow())
                    .isGreaterThan(earlier.fencingToken().orElseThrow());
            armed.release();
            release(lock, fault);
            HeldLock later = before.locks().acquire(key, fenced);
            assertThat(later.fencingToken().orElseThrow())
                    .isGreaterThan(lock.fencingToken().orElseThrow());
            later.release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStateWriteIsAppliedOnce(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            StateVersion base = backend.states().write(key, bytes("1"), WriteCondition.ifAbsent());
            ArmedWireFault armed = proxy.arm(fault.fault.get(), INSERT);
            Optional<StateVersion> written =
                    changed(fault, () -> backend.states().write(key, bytes("2"), WriteCondition.ifVersion(base)));
            proxy.assertFired();
            armed.release();
            State state = directStates.read(key).orElseThrow().state();
            if (written.isPresent()) {
                assertThat(state.version()).isEqualTo(written.get());
                assertThat(state.utf8()).isEqualTo("2");
            }
            assertThat(state.utf8()).isIn("1", "2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStateDeleteIsApplied(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            StateVersion base = backend.states().write(key, bytes("1"), WriteCondition.ifAbsent());
            ArmedWireFault armed = proxy.arm(fault.fault.get(), DELETE);
            boolean sure = changed(fault, () -> {
                        backend.states().delete(key, WriteCondition.ifVersion(base));
                        return true;
                    })
                    .isPresent();
            proxy.assertFired();
            armed.release();
            if (sure) {
                assertThat(directStates.read(key)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStateReadIsRightOrUnavailable(Fault fault) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = through(proxy)) {
            backend.states().write(key, bytes("1"), WriteCondition.ifAbsent());
            proxy.arm(fault.fault.get(), GET);
            try {
                assertThat(backend.states().read(key).orElseThrow().utf8()).isEqualTo("1");
            } catch (BackendUnavailableException e) {
                assertThat(fault).isNotEqualTo(Fault.TWICE);
            }
            proxy.assertFired();
            assertThat(backend.states().read(key).orElseThrow().utf8()).isEqualTo("1");
        }
    }

    /** The result; empty where it is unknown, which needs a fault that swallows the answer for the whole timeout. */
    private static <T> Optional<T> changed(Fault fault, Supplier<T> change) {
        try {
            return Optional.of(change.get());
        } catch (OutcomeUnknownException e) {
            assertThat(fault).isIn(Fault.HANG, Fault.APPLIED_THEN_HANG, Fault.DRIP);
            return Optional.empty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
