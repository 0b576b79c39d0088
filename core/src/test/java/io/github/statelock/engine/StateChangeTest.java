package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StaleSerialException;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class StateChangeTest extends EngineTest {

    private static final WriteOutcome UNKNOWN = new WriteOutcome.Unknown(new IOException("reset"));

    private final FakeStates driver = new FakeStates();
    private final DriverStateStore states = newStates();

    @Test
    void aWriteWhoseAnswerWasLostIsApplied() {
        driver.meet(apply -> {
            apply.run();
            return UNKNOWN;
        });
        StateVersion version = states.write(KEY, bytes("a"), WriteCondition.ifAbsent());
        assertThat(states.read(KEY).orElseThrow().version()).isEqualTo(version);
        assertThat(driver.writes).isEqualTo(1);
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without null checks may do
    void contentThatIsMissingIsNamed() throws Exception {
        assertThatNullPointerException()
                .isThrownBy(() -> states.write(KEY, null, WriteCondition.ifAbsent()))
                .withMessage("content");
        DriverLockedState state = new DriverLockedState(lock(), states);
        assertThatNullPointerException().isThrownBy(() -> state.write(null)).withMessage("content");
    }

    @Test
    void aWriteThatNeverArrivedIsSentAgain() throws Exception {
        driver.meet(apply -> UNKNOWN);
        time.advanceUntilDone(inBackground(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent())));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("a");
        assertThat(driver.writes).isEqualTo(2);
    }

    @Test
    void aClientThatRetriedByItselfAndMetItsOwnWriteIsRecognized() {
        driver.meet(apply -> {
            apply.run();
            return new WriteOutcome.Refused();
        });
        states.write(KEY, bytes("a"), WriteCondition.ifAbsent());
    }

    @Test
    void twoWritersOfTheSameBytesOnOneBaseAreOneWriteAndOneConflict() {
        StateVersion base = states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        states.write(KEY, bytes("same"), WriteCondition.ifVersion(base));
        assertThatExceptionOfType(StateConflictException.class)
                .isThrownBy(() -> states.write(KEY, bytes("same"), WriteCondition.ifVersion(base)))
                .satisfies(e -> assertThat(e.expected()).contains(base));
    }

    @Test
    void aWriteAppliedUnansweredAndThenOverwrittenIsUnknownAndNeverAConflict() {
        StateVersion base = states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        driver.meet(apply -> {
            apply.run();
            driver.overwrite(bytes("theirs"));
            return UNKNOWN;
        });
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> states.write(KEY, bytes("ours"), WriteCondition.ifVersion(base)));
    }

    @Test
    void aWriteReplacedByAProgramThatKeepsItsMetadataIsUnknownAndNeverTheVersionOfTheOther() {
        StateVersion base = states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        driver.meet(apply -> {
            apply.run();
            driver.overwriteKeepingMetadata(bytes("theirs"));
            return UNKNOWN;
        });
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> states.write(KEY, bytes("ours"), WriteCondition.ifVersion(base)));
    }

    @Test
    void aWriteUnansweredAndOvertakenByTheSameBytesOfAnotherIsUnknown() {
        StateVersion base = states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        driver.meet(apply -> {
            driver.overwrite(bytes("same"));
            return UNKNOWN;
        });
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> states.write(KEY, bytes("same"), WriteCondition.ifVersion(base)));
    }

    @Test
    void aRefusalForWantOfTheLockIsToldAtOnceAsItIs() {
        driver.meet(apply -> {
            throw new LockLostException(KEY, "ours", "the service refused its lease");
        });
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent()));
        assertThat(driver.writes).isEqualTo(1);
    }

    /** Every time: the pause is random. */
    @RepeatedTest(10)
    void aThrottledWriteIsNotRepeatedBeforeTheStoreWantsIt() throws Exception {
        List<Long> sent = new CopyOnWriteArrayList<>();
        driver.meet(apply -> {
            sent.add(time.nanos());
            throw new BackendUnavailableException("429", null, Duration.ofSeconds(1));
        });
        driver.meet(apply -> {
            sent.add(time.nanos());
            return apply.run();
        });
        time.advanceUntilDone(inBackground(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent())));
        assertThat(sent.get(1) - sent.get(0))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aStoreThatStaysAwayIsUnavailableOrUnknown() {
        for (int i = 0; i < 10_000; i++) {
            driver.meet(apply -> {
                throw new BackendUnavailableException("SlowDown", null);
            });
        }
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(
                        inBackground(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent()))))
                .withCauseInstanceOf(BackendUnavailableException.class);
    }

    @Test
    void anUnansweredUnconditionalWriteIsNotRepeated() {
        driver.meet(apply -> UNKNOWN);
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> states.write(KEY, bytes("a"), WriteCondition.unconditional()));
        assertThat(driver.writes).isEqualTo(1);
    }

    @Test
    void deletingWhatIsGoneSucceedsAndDeletingAnotherVersionIsAConflict() {
        states.delete(KEY, WriteCondition.ifVersion(new StateVersion("7")));
        StateVersion base = states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        states.write(KEY, bytes("newer"), WriteCondition.ifVersion(base));
        assertThatExceptionOfType(StateConflictException.class)
                .isThrownBy(() -> states.delete(KEY, WriteCondition.ifVersion(base)));
    }

    @Test
    void anEmptyStateIsRefused() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> states.write(KEY, new byte[0], WriteCondition.ifAbsent()));
    }

    @Test
    void aLockedStateWritesOnTheVersionItRead() throws Exception {
        DriverLockedState state = new DriverLockedState(lock(), states);
        state.write(state(1));
        state.write(state(2));
        driver.overwrite(state(3));
        assertThatExceptionOfType(StateConflictException.class).isThrownBy(() -> state.write(state(4)));
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> state.write(state(4)))
                .withMessageContaining("read()");
        assertThat(state.read().orElseThrow().bytes()).isEqualTo(state(3));
        state.write(state(4));
        assertThatExceptionOfType(StaleSerialException.class).isThrownBy(() -> state.write(state(3)));
        state.write(state(5)); // a refusal before the send leaves the base as it was
        state.delete();
        assertThat(states.read(KEY)).isEmpty();
    }

    @Test
    void aLostLockWritesNothing() throws Exception {
        HeldLock lock = lock();
        DriverLockedState state = new DriverLockedState(lock, states);
        state.read();
        manager.forceUnlock(KEY, lock.info().id());
        assertThatExceptionOfType(LockLostException.class).isThrownBy(() -> state.write(state(1)));
        assertThatExceptionOfType(LockLostException.class).isThrownBy(state::delete);
        assertThat(driver.writes).isZero();
    }

    private DriverStateStore newStates() {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        return new DriverStateStore(driver, options, new EngineThreads(options), key -> "fake/" + key);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] state(int serial) {
        return bytes("{\"version\":4,\"serial\":" + serial + ",\"lineage\":\"3f1c\"}");
    }
}
