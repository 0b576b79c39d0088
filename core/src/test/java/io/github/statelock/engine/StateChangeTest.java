package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockLostException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StaleSerialException;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class StateChangeTest extends EngineTest {

    private static final WriteOutcome UNKNOWN = new WriteOutcome.Unknown(new IOException("reset"));

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final FakeStates driver = new FakeStates();
    private final DriverStateStore states = newStates(time);
    private final AtomicInteger pauses = new AtomicInteger();
    private volatile Duration latestTimer = Duration.ZERO;

    @Test
    void aWriteWhoseAnswerWasLostIsApplied() {
        driver.meet(apply -> {
            apply.run();
            return UNKNOWN;
        });
        StateVersion version = states.write(KEY, bytes("a"), WriteCondition.ifAbsent());
        assertThat(states.read(KEY).orElseThrow().version()).isEqualTo(version);
        assertThat(driver.writes).hasValue(1);
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
        assertThat(driver.writes).hasValue(2);
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
        assertThat(driver.writes).hasValue(1);
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
        assertThat(driver.writes).hasValue(1);
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
        assertThat(driver.writes).hasValue(0);
    }

    @Test
    void anErrorOfTheReadThatResolvesAnUnansweredWriteLeavesItUnknown() {
        for (RuntimeException e : List.of(
                new BackendDeniedException("no s3:GetObject", null),
                new UncheckedIOException(new IOException("cut")))) {
            driver.meet(apply -> UNKNOWN);
            driver.meetRead(() -> {
                throw e;
            });
            assertThatExceptionOfType(OutcomeUnknownException.class)
                    .isThrownBy(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent()))
                    .withCause(e);
        }
    }

    @Test
    void anErrorOfTheReadThatExplainsARefusalIsToldAsItIs() {
        driver.meet(apply -> new WriteOutcome.Refused());
        driver.meetRead(() -> {
            throw new BackendDeniedException("no s3:GetObject", null);
        });
        assertThatExceptionOfType(BackendDeniedException.class)
                .isThrownBy(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent()));
    }

    @Test
    void aReadThatIsNotServedAfterAnUnansweredWriteIsRepeated() throws Exception {
        driver.meet(apply -> {
            apply.run();
            return UNKNOWN;
        });
        driver.meetRead(StateChangeTest::notServed);
        driver.meetRead(StateChangeTest::notServed);
        time.advanceUntilDone(inBackground(() -> states.write(KEY, bytes("a"), WriteCondition.ifAbsent())));
        assertThat(driver.writes).hasValue(1);
    }

    @Test
    void aStoreThatServesNothingIsGivenUpAfterTwiceTheCallTimeout() {
        serveNothing();
        assertThat(timeOf(BackendUnavailableException.class)).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(22));
    }

    @Test
    void aStoreThatAnswersReadsHasTheWholeTransferTimeout() {
        for (int i = 0; i < 10_000; i++) {
            driver.meet(apply -> {
                throw new BackendUnavailableException("SlowDown", null);
            });
        }
        assertThat(timeOf(BackendUnavailableException.class)).isGreaterThan(Duration.ofSeconds(297));
    }

    @Test
    void aWriteThatMayHaveBeenAppliedIsFollowedUpForTheWholeTransferTimeout() {
        driver.meet(apply -> UNKNOWN);
        serveNothing();
        assertThat(timeOf(OutcomeUnknownException.class)).isGreaterThan(Duration.ofSeconds(297));
    }

    @Test
    void noRequestGetsMoreThanWhatIsLeftOfTheTransferTimeout() {
        driver.meet(apply -> {
            time.pass(Duration.ofSeconds(100));
            throw new BackendUnavailableException("SlowDown", null);
        });
        for (int i = 0; i < 10; i++) {
            driver.meet(apply -> {
                time.advance(Duration.ofSeconds(150)); // until its time is over
                return UNKNOWN;
            });
        }
        timeOf(OutcomeUnknownException.class);
        assertThat(driver.writes).hasValue(3);
        assertThat(latestTimer).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aCloseEndsAWriteThatWaitsToBeRepeatedWithoutATickOfTheClock() throws Exception {
        assertThatClosedWriteThrows(BackendUnavailableException.class, () -> pauses.get() == 1, apply -> {
            throw new BackendUnavailableException("SlowDown", null);
        });
        assertThat(driver.writes).hasValue(1);
    }

    @Test
    void aCloseLeavesAWriteUnknownThatWaitsToBeRepeatedAfterAnAnswerWasLost() throws Exception {
        assertThatClosedWriteThrows(OutcomeUnknownException.class, () -> pauses.get() == 1, apply -> UNKNOWN);
        assertThat(driver.writes).hasValue(1);
    }

    @Test
    void aCloseLeavesAWriteUnknownThatIsStillOnItsWay() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        assertThatClosedWriteThrows(OutcomeUnknownException.class, () -> driver.writes.get() == 1, apply -> {
            FakeStore.awaitLatch(never);
            return apply.run();
        });
        never.countDown();
    }

    @Test
    void aCloseEndsAReadThatIsNotAnswered() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(1);
        DriverBackend backend = newBackend();
        driver.meetRead(() -> {
            reading.countDown();
            FakeStore.awaitLatch(never);
            return Optional.empty();
        });
        Future<?> read = inBackground(() -> backend.states().read(KEY));
        reading.await();
        backend.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> read.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(BackendUnavailableException.class);
        never.countDown();
    }

    private void assertThatClosedWriteThrows(
            Class<? extends Throwable> expected, BooleanSupplier waits, FakeStates.Fault fault) throws Exception {
        DriverBackend backend = newBackend();
        driver.meet(fault);
        Future<?> write = inBackground(() -> backend.states().write(KEY, bytes("a"), WriteCondition.ifAbsent()));
        ManualTime.await(waits);
        backend.close();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> write.get(30, TimeUnit.SECONDS))
                .withCauseInstanceOf(expected);
    }

    private DriverBackend newBackend() {
        Scheduler counting = (delay, task) -> {
            Scheduler.Scheduled timer = time.schedule(delay, task);
            if (delay.compareTo(LONGEST_PAUSE) <= 0) {
                pauses.incrementAndGet();
            }
            return timer;
        };
        return new DriverBackend(
                store,
                driver,
                EngineOptions.builder().ticker(time).scheduler(counting).build()) {};
    }

    /** How long a write goes on that ends like that. Its pauses are all that takes time, unless the driver does. */
    private Duration timeOf(Class<? extends Throwable> end) {
        long start = time.nanos();
        Scheduler pausesAtOnce = (delay, task) -> {
            if (delay.compareTo(LONGEST_PAUSE) > 0) {
                Duration at = Duration.ofNanos(time.nanos() - start).plus(delay);
                latestTimer = at.compareTo(latestTimer) > 0 ? at : latestTimer;
                return time.schedule(delay, task);
            }
            time.pass(delay);
            task.run();
            return () -> {};
        };
        DriverStateStore store = newStates(pausesAtOnce);
        assertThatExceptionOfType(end).isThrownBy(() -> store.write(KEY, bytes("a"), WriteCondition.ifAbsent()));
        return Duration.ofNanos(time.nanos() - start);
    }

    private void serveNothing() {
        for (int i = 0; i < 10_000; i++) {
            driver.meet(apply -> {
                throw new BackendUnavailableException("SlowDown", null);
            });
            driver.meetRead(StateChangeTest::notServed);
        }
    }

    private static Optional<StoredState> notServed() {
        throw new BackendUnavailableException("SlowDown", null);
    }

    private DriverStateStore newStates(Scheduler scheduler) {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(scheduler).build();
        EngineThreads threads = new EngineThreads(options, time.workers()::around);
        return new DriverStateStore(driver, options, threads, key -> "fake/" + key);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] state(int serial) {
        return bytes("{\"version\":4,\"serial\":" + serial + ",\"lineage\":\"3f1c\"}");
    }
}
