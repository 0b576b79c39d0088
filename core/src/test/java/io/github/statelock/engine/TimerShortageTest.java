package io.github.statelock.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockOptions;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The thread of the timers cannot be started: a call fails with an error that says so, and later ones succeed. */
class TimerShortageTest extends EngineTest {

    private static final LockOptions OPTIONS = LockOptions.operation("test");

    private final AtomicInteger timersLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final EngineOptions options =
            EngineOptions.builder().ticker(time).scheduler(this::schedule).build();
    private final EngineThreads threads = new EngineThreads(options, time.workers()::around);
    private final DriverLockManager locks = new DriverLockManager(store, options, threads);

    private Scheduler.Scheduled schedule(Duration delay, Runnable task) {
        if (timersLeft.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
            throw new RejectedExecutionException("no thread left");
        }
        return time.schedule(delay, task);
    }

    @Test
    void anAcquisitionWithoutTimersIsNotSent() throws Exception {
        timersLeft.set(0);
        assertThatExceptionOfType(BackendUnavailableException.class)
                .isThrownBy(() -> locks.acquire(KEY, OPTIONS))
                .withMessageContaining("Not sent: this process could not start a thread")
                .withCauseInstanceOf(RejectedExecutionException.class);
        assertThat(store.count(Op.CREATE)).isZero();
        timersLeft.set(Integer.MAX_VALUE);
        locks.acquire(KEY, OPTIONS).release();
    }

    @Test
    void whicheverTimerOfAnAcquisitionCannotBeSetTheLockIsHeldOrGivenBack() throws Exception {
        boolean taken = false;
        for (int timers = 0; !taken; timers++) {
            timersLeft.set(timers);
            try {
                HeldLock lock = locks.acquire(KEY, OPTIONS);
                timersLeft.set(Integer.MAX_VALUE);
                lock.release();
                taken = true;
            } catch (StatelockException e) {
                timersLeft.set(Integer.MAX_VALUE);
                assertThat(e).isInstanceOfAny(BackendUnavailableException.class, OutcomeUnknownException.class);
            }
            // A record that could not be given back is a ghost of this manager's own.
            locks.acquire(KEY, OPTIONS).release();
            assertThat(store.record(KEY)).as("after %d timers", timers).isEmpty();
        }
    }

    @Test
    void afterALostAnswerTheOutcomeIsUnknown() {
        store.fault(Op.CREATE, FakeStore.lost(new AcquireOutcome.Unknown(new IOException("reset"))));
        timersLeft.set(1); // for the request; none for the pause before the next
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> locks.acquire(KEY, OPTIONS))
                .satisfies(e -> assertThat(e.lockId()).isPresent());
    }

    @Test
    void aReleaseWithoutTimersEndsTheHoldAndCanBeRepeated() throws Exception {
        HeldLock lock = locks.acquire(KEY, OPTIONS);
        timersLeft.set(0);
        assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(lock::release);
        timersLeft.set(Integer.MAX_VALUE);
        lock.release();
        assertThat(store.record(KEY)).isEmpty();
        locks.acquire(KEY, OPTIONS).release();
    }

    @Test
    void aWriteWithoutATimerForItsNextTryIsUnavailableOrUnknown() {
        FakeStates driver = new FakeStates();
        DriverStateStore states = new DriverStateStore(driver, options, threads, key -> "fake/" + key);
        byte[] content = "a".getBytes(UTF_8);
        timersLeft.set(0);
        assertThatExceptionOfType(BackendUnavailableException.class)
                .isThrownBy(() -> states.write(KEY, content, WriteCondition.ifAbsent()));
        assertThat(driver.writes).hasValue(0);
        driver.meet(apply -> new WriteOutcome.Unknown(new IOException("reset")));
        timersLeft.set(2); // for the write and the look after it
        assertThatExceptionOfType(OutcomeUnknownException.class)
                .isThrownBy(() -> states.write(KEY, content, WriteCondition.ifAbsent()));
        timersLeft.set(Integer.MAX_VALUE);
        assertThat(states.read(KEY)).isEqualTo(Optional.empty());
    }
}
