package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StaleSerialException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
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
    void anArrayThatItsWriterChangesAfterTheWriteIsNoBaseForTheNext() throws Exception {
        DriverLockedState state = new DriverLockedState(lock(), states);
        byte[] content = bytes("{\"version\":4,\"serial\":1,\"lineage\":\"l\",\"outputs\":{\"a\":1}}");
        state.write(content);
        assertThatCode(() -> state.write(content.clone())).doesNotThrowAnyException();
        content[content.length - 3] = '2';
        assertThatExceptionOfType(StaleSerialException.class).isThrownBy(() -> state.write(content));
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

    /** One state in memory; its writes can be made to fail. */
    private static final class FakeStates implements StateDriver {

        private final Queue<Fault> faults = new ArrayDeque<>();
        private Optional<StoredState> stored = Optional.empty();
        private int version;
        int writes;

        private interface Apply {
            WriteOutcome run();
        }

        private interface Fault {
            WriteOutcome answer(Apply apply);
        }

        void meet(Fault fault) {
            faults.add(fault);
        }

        void overwrite(byte[] content) {
            put(content, "theirs");
        }

        void overwriteKeepingMetadata(byte[] content) {
            put(content, stored.flatMap(StoredState::writeId).orElseThrow());
        }

        private StateVersion put(byte[] content, String writeId) {
            StateVersion next = new StateVersion(Integer.toString(++version));
            stored = Optional.of(new StoredState(State.ofOwned(KEY, next, content), Optional.of(writeId)));
            return next;
        }

        private boolean holds(WriteCondition condition) {
            Optional<StateVersion> current = stored.map(s -> s.state().version());
            return condition instanceof WriteCondition.Unconditional
                    || (condition instanceof WriteCondition.IfAbsent && current.isEmpty())
                    || (condition instanceof WriteCondition.IfVersion v && current.equals(Optional.of(v.version())));
        }

        @Override
        public Optional<StoredState> read(StateKey key) {
            return stored;
        }

        @Override
        public WriteOutcome write(StateWrite write) {
            writes++;
            Fault fault = faults.poll();
            return fault == null ? apply(write) : fault.answer(() -> apply(write));
        }

        private WriteOutcome apply(StateWrite write) {
            return holds(write.condition())
                    ? new WriteOutcome.Written(put(write.content(), write.writeId()))
                    : new WriteOutcome.Refused();
        }

        @Override
        public WriteOutcome delete(StateWrite delete) {
            if (stored.isPresent() && !holds(delete.condition())) {
                return new WriteOutcome.Refused();
            }
            stored = Optional.empty();
            return new WriteOutcome.Deleted();
        }

        @Override
        public List<StateKey> list(String prefix) {
            return List.of();
        }

        @Override
        public boolean keepsHistory() {
            return false;
        }

        @Override
        public List<StateStore.Revision> history(StateKey key) {
            return List.of();
        }

        @Override
        public Optional<State> read(StateKey key, StateVersion old) {
            return Optional.empty();
        }
    }
}
