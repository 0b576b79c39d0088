package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.s3.FaultRig.Kind;
import io.github.statelock.s3.FaultRig.Wire;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.testkit.ArmedWireFault;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operation with each fault on the wire: the outcome is right or said to be unknown, and nothing stays behind. Locks have
 * no lease here, so that nothing cleans up what is left by waiting.
 */
@Tag("real-time")
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
class S3FaultsTest {

    private static final LockOptions AT_ONCE =
            LockOptions.builder().operation("fault").noLease().build();
    private static final LockOptions PATIENT = LockOptions.builder()
            .operation("next")
            .noLease()
            .waitUpTo(Duration.ofSeconds(40))
            .build();

    /** Faults that take up the time in which the request could be repeated. */
    private static final List<Wire> SLOW = List.of(Wire.HANG, Wire.APPLIED_THEN_HANG, Wire.DRIP);

    private static List<Kind> taking(S3LockMode mode) {
        return switch (mode) {
            case DYNAMODB -> List.of(Kind.PUT_ITEM);
            case LOCK_FILE -> List.of(Kind.PUT_FILE);
            case BOTH -> List.of(Kind.PUT_FILE, Kind.PUT_ITEM);
        };
    }

    private static List<Kind> releasing(S3LockMode mode) {
        return switch (mode) {
            case DYNAMODB -> List.of(Kind.DELETE_ITEM);
            case LOCK_FILE -> List.of(Kind.DELETE_FILE);
            case BOTH -> List.of(Kind.DELETE_FILE, Kind.DELETE_ITEM);
        };
    }

    static Stream<Arguments> lockFaults() {
        return Arrays.stream(S3LockMode.values())
                .flatMap(mode -> Arrays.stream(Wire.values()).map(wire -> Arguments.of(mode, wire)));
    }

    static Stream<Arguments> stateFaults() {
        return lockFaults().filter(arguments -> arguments.get()[0] != S3LockMode.BOTH);
    }

    private static StateKey newKey() {
        return StateKey.of("faults/" + UUID.randomUUID() + ".tfstate");
    }

    private static void assertFree(FaultRig rig, StateKey key) throws InterruptedException {
        rig.sound.locks().acquire(key, PATIENT).release();
        assertThat(rig.sound.locks().inspect(key)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("lockFaults")
    void takingALock(S3LockMode mode, Wire wire) throws Exception {
        for (Kind kind : taking(mode)) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                ArmedWireFault fault = rig.arm(wire, kind);
                HeldLock lock = rig.faulty.locks().acquire(key, AT_ONCE);
                rig.assertFired();
                assertThat(rig.sound
                                .locks()
                                .inspect(key)
                                .orElseThrow()
                                .hasId(lock.info().id()))
                        .isTrue();
                FaultRig.letGo(fault); // late, while we hold it
                lock.ensureHeld();
                lock.release();
                assertFree(rig, key);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lockFaults")
    void releasingALock(S3LockMode mode, Wire wire) throws Exception {
        for (Kind kind : releasing(mode)) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                HeldLock lock = rig.faulty.locks().acquire(key, AT_ONCE);
                ArmedWireFault fault = rig.arm(wire, kind);
                try {
                    lock.release();
                } catch (OutcomeUnknownException e) {
                    assertThat(wire).isIn(SLOW);
                }
                rig.assertFired();
                HeldLock next = rig.sound.locks().acquire(key, PATIENT);
                FaultRig.letGo(fault); // a delete that arrives late must not hit the next holder
                assertThat(rig.sound
                                .locks()
                                .inspect(key)
                                .orElseThrow()
                                .hasId(next.info().id()))
                        .isTrue();
                next.release();
                assertFree(rig, key);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lockFaults")
    void renewingALock(S3LockMode mode, Wire wire) throws Exception {
        for (Kind kind : taking(mode)) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                LockDriver locks = S3TestStore.drivers(S3TestStore.at(rig.s3.uri(), rig.dynamoDb.uri())
                                .builder(mode)
                                .callTimeout(FaultRig.CALL_TIMEOUT))
                        .locks();
                LockProposal proposal = TestLocks.proposal(locks, key);
                OwnedLock lock = ((AcquireOutcome.Acquired) locks.tryAcquire(proposal)).lock();
                ArmedWireFault fault = rig.arm(wire, kind);
                RenewOutcome first = locks.renew(lock);
                rig.assertFired();
                OwnedLock known = first instanceof RenewOutcome.Renewed renewed ? renewed.lock() : lock;
                OwnedLock now = renewAgain(locks, known);
                assertThat(now.version()).isNotEqualTo(lock.version());
                FaultRig.letGo(fault); // a renewal that arrives late names a version that is gone
                assertThat(locks.observe(key).orElseThrow().version()).isEqualTo(now.version());
                locks.release(now);
                assertFree(rig, key);
            }
        }
    }

    /** As the engine does: a refusal that shows our own ID is an older renewal of ours. */
    private static OwnedLock renewAgain(LockDriver locks, OwnedLock known) {
        RenewOutcome again = locks.renew(known);
        if (again instanceof RenewOutcome.Lost lost) {
            assertThat(lost.actual().orElseThrow().hasId(known.info().id())).isTrue();
            again = locks.renew(known.withVersion(lost.actual().orElseThrow().version()));
        }
        return ((RenewOutcome.Renewed) again).lock();
    }

    @ParameterizedTest
    @MethodSource("lockFaults")
    void drawingAFencingToken(S3LockMode mode, Wire wire) throws Exception {
        try (FaultRig rig = new FaultRig(mode)) {
            StateKey key = newKey();
            LockOptions fenced = LockOptions.builder()
                    .operation("fence")
                    .noLease()
                    .fencing(true)
                    .waitUpTo(Duration.ofSeconds(40))
                    .build();
            ArmedWireFault fault = rig.arm(wire, mode == S3LockMode.LOCK_FILE ? Kind.PUT_FENCE : Kind.TRANSACT);
            HeldLock lock = rig.faulty.locks().acquire(key, fenced);
            rig.assertFired();
            FencingToken first = lock.fencingToken().orElseThrow();
            lock.release();
            FaultRig.letGo(fault);
            HeldLock next = rig.sound.locks().acquire(key, fenced);
            assertThat(next.fencingToken().orElseThrow()).isGreaterThan(first);
            next.release();
        }
    }

    @ParameterizedTest
    @MethodSource("stateFaults")
    void writingAState(S3LockMode mode, Wire wire) throws Exception {
        List<Kind> kinds =
                mode == S3LockMode.DYNAMODB ? List.of(Kind.PUT_STATE, Kind.PUT_ITEM) : List.of(Kind.PUT_STATE);
        for (Kind kind : kinds) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                ArmedWireFault fault;
                try (LockedState state = rig.faulty.lock(key, AT_ONCE)) {
                    state.write(content(1));
                    fault = rig.arm(wire, kind);
                    state.write(content(2));
                    rig.assertFired();
                    assertContent(rig, key, 2);
                }
                try (LockedState state = rig.sound.lock(key, PATIENT)) {
                    state.write(content(3));
                }
                FaultRig.letGo(fault); // neither state nor digest of the former holder may come through
                assertContent(rig, key, 3);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stateFaults")
    void deletingAState(S3LockMode mode, Wire wire) throws Exception {
        List<Kind> kinds =
                mode == S3LockMode.DYNAMODB ? List.of(Kind.DELETE_STATE, Kind.DELETE_ITEM) : List.of(Kind.DELETE_STATE);
        for (Kind kind : kinds) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                ArmedWireFault fault;
                try (LockedState state = rig.faulty.lock(key, AT_ONCE)) {
                    state.write(content(1));
                    fault = rig.arm(wire, kind);
                    state.delete();
                    rig.assertFired();
                    assertThat(rig.sound.states().read(key)).isEmpty();
                }
                try (LockedState state = rig.sound.lock(key, PATIENT)) {
                    state.write(content(2));
                }
                FaultRig.letGo(fault);
                assertContent(rig, key, 2);
            }
        }
    }

    /** The client may repeat a read by itself; what it gives up is unreachable, and never an absent state. */
    @ParameterizedTest
    @MethodSource("stateFaults")
    void readingAState(S3LockMode mode, Wire wire) throws Exception {
        List<Kind> kinds =
                mode == S3LockMode.DYNAMODB ? List.of(Kind.GET_STATE, Kind.GET_ITEM) : List.of(Kind.GET_STATE);
        for (Kind kind : kinds) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                try (LockedState state = rig.sound.lock(key, AT_ONCE)) {
                    state.write(content(1));
                }
                rig.arm(wire, kind);
                Optional<State> read;
                try {
                    read = rig.faulty.states().read(key);
                } catch (StatelockException e) {
                    assertThat(e.kind()).isEqualTo(StatelockException.Kind.UNREACHABLE);
                    read = rig.sound.states().read(key);
                }
                rig.assertFired();
                assertThat(read.orElseThrow().hasContent(content(1))).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("lockFaults")
    void forcingALock(S3LockMode mode, Wire wire) throws Exception {
        for (Kind kind : releasing(mode)) {
            try (FaultRig rig = new FaultRig(mode)) {
                StateKey key = newKey();
                HeldLock dead = rig.sound.locks().acquire(key, AT_ONCE);
                ArmedWireFault fault = rig.arm(wire, kind);
                try {
                    assertThat(rig.faulty.locks().forceUnlock(key, dead.info().id()))
                            .isTrue();
                } catch (OutcomeUnknownException e) {
                    assertThat(wire).isIn(SLOW);
                    rig.faulty.locks().forceUnlock(key, dead.info().id());
                }
                rig.assertFired();
                FaultRig.letGo(fault);
                assertFree(rig, key);
            }
        }
    }

    private static byte[] content(int serial) {
        return ("{\"version\":4,\"serial\":" + serial + ",\"lineage\":\"l\"}").getBytes(UTF_8);
    }

    private static void assertContent(FaultRig rig, StateKey key, int serial) {
        assertThat(rig.sound.states().read(key).orElseThrow().hasContent(content(serial)))
                .isTrue();
    }
}
