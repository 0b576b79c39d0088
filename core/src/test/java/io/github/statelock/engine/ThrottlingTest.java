package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.engine.FakeStore.Op;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A store that throttles and says for how long: no change is repeated before. */
class ThrottlingTest extends EngineTest {

    private static final Duration ASKED = Duration.ofSeconds(1);

    private final List<Long> sent = new CopyOnWriteArrayList<>();

    private static BackendUnavailableException tooFast(Duration retryAfter) {
        return new BackendUnavailableException("429", null, retryAfter);
    }

    private void throttleOnce(Op op) {
        store.fault(op, request -> {
            sent.add(time.nanos());
            throw tooFast(ASKED);
        });
        store.fault(op, request -> {
            sent.add(time.nanos());
            return request.send();
        });
    }

    private Duration pause() {
        assertThat(sent).hasSize(2);
        return Duration.ofNanos(sent.get(1) - sent.get(0));
    }

    /** Every time: the pause is random. */
    @RepeatedTest(10)
    void aCreateIsNotRepeatedBefore() throws Exception {
        throttleOnce(Op.CREATE);
        time.advanceUntilDone(inBackground(this::lock));
        assertThat(pause()).isGreaterThanOrEqualTo(ASKED);
    }

    /** Creates of many waiters, repeated together, would throttle the renewals of the one that got the lock. */
    @Test
    void aThrottledCreateIsFollowedByARead() throws Exception {
        store.put(KEY, "theirs", Optional.of(LEASE));
        throttleOnce(Op.CREATE);
        LockAttempt attempt =
                time.advanceUntilDone(inBackground(() -> manager.tryAcquire(KEY, LockOptions.operation("test"))));
        assertThat(attempt).isInstanceOf(LockAttempt.Held.class);
        assertThat(store.count(Op.CREATE)).isEqualTo(1);
        assertThat(store.count(Op.OBSERVE)).isEqualTo(1);
    }

    @Test
    void throttlingForLongerThanThereIsTimeIsSaidAtOnce() {
        store.fault(Op.CREATE, FakeStore.refused(tooFast(Duration.ofHours(1))));
        assertThatExceptionOfType(BackendUnavailableException.class)
                .isThrownBy(this::lock)
                .withMessage("429");
    }

    @RepeatedTest(10)
    void aReleaseIsNotRepeatedBefore() throws Exception {
        HeldLock lock = lock();
        throttleOnce(Op.RELEASE);
        time.advanceUntilDone(inBackground(() -> {
            lock.release();
            return true;
        }));
        assertThat(pause()).isGreaterThanOrEqualTo(ASKED);
        assertThat(store.record(KEY)).isEmpty();
    }

    @RepeatedTest(10)
    void aRenewalIsNotRepeatedBefore() throws Exception {
        Duration asked = Duration.ofSeconds(3); // longer than a twentieth of the lease
        HeldLock lock = lock();
        store.fault(Op.RENEW, request -> {
            sent.add(time.nanos());
            return new RenewOutcome.Refused(tooFast(asked));
        });
        store.fault(Op.RENEW, request -> {
            sent.add(time.nanos());
            return request.send();
        });
        time.advanceUntil(() -> sent.size() == 2);
        assertThat(pause()).isGreaterThanOrEqualTo(asked);
        ManualTime.await(() -> lock.status() == LockStatus.HELD);
    }

    @Test
    void aRenewalIsTriedAgainBeforeTheDeadlineWhateverTheStoreAsksFor() throws Exception {
        HeldLock lock = lock();
        store.fault(Op.RENEW, request -> new RenewOutcome.Refused(tooFast(Duration.ofMinutes(10))));
        time.advanceUntil(() -> store.count(Op.RENEW) == 2);
        ManualTime.await(() -> lock.status() == LockStatus.HELD);
    }

    @Test
    void anAcquisitionThatIsThrottledWithoutEndSaysSo() {
        for (int i = 0; i < 100; i++) {
            store.fault(Op.CREATE, FakeStore.refused(tooFast(ASKED)));
        }
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> time.advanceUntilDone(inBackground(this::lock)))
                .havingCause()
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(store.record(KEY)).isEmpty();
    }
}
