package io.github.statelock.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A process that works under the lock of another: here the manager of the other is its parent. */
class BorrowedLockTest extends EngineTest {

    private static final String SUCCESSOR = "successor";

    private final DriverLockManager child = newManager();
    private final FakeStates driver = new FakeStates();
    private final DriverStateStore states = newStates();

    private DriverStateStore newStates() {
        EngineOptions options =
                EngineOptions.builder().ticker(time).scheduler(time).build();
        EngineThreads threads = new EngineThreads(options, time.workers()::around);
        return new DriverStateStore(driver, options, threads, key -> "fake/" + key);
    }

    private BorrowedLock borrow(HeldLock parent) {
        return child.borrow(KEY, parent.info().id());
    }

    @Test
    void theChildWritesUnderItsParentsLockAndLeavesItAsItIs() throws Exception {
        HeldLock parent = lock();
        BorrowedLock borrowed = borrow(parent);
        String record = store.record(KEY).orElseThrow().version();
        try (DriverLockedState locked = new DriverLockedState(borrowed, states)) {
            locked.write(bytes("1"));
            locked.write(bytes("2"));
            locked.delete();
            locked.write(bytes("3"));
        }
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("3");
        assertThat(store.record(KEY).orElseThrow().version()).isEqualTo(record);
        assertThat(store.count(FakeStore.Op.RENEW) + store.count(FakeStore.Op.RELEASE))
                .isZero();
        parent.ensureHeld();
        parent.release();
        assertThat(store.record(KEY)).isEmpty();
    }

    @Test
    void theParentRenewsItsLeaseWhileTheChildWorks() throws Exception {
        HeldLock parent = lock();
        BorrowedLock borrowed = borrow(parent);
        time.advanceUntil(() -> store.count(FakeStore.Op.RENEW) == 9); // three leases
        borrowed.ensureHeld();
        assertThat(borrowed.status()).isEqualTo(LockStatus.HELD);
        assertThat(borrowed.remaining()).contains(Duration.ZERO);
        assertThat(borrowed.fencingToken()).isEmpty();
        assertThat(parent.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aLockThatIsGoneOrAnothersOrDeadIsNotLent() throws Exception {
        String id = lock().info().id();
        assertThatExceptionOfType(LockIdMismatchException.class)
                .isThrownBy(() -> child.borrow(KEY, "another"))
                .satisfies(e -> assertThat(e.actual().hasId(id)).isTrue());
        store.expire(KEY);
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> child.borrow(KEY, id))
                .withMessageContaining("its holder is gone");
        store.remove(KEY);
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> child.borrow(KEY, id))
                .withMessageContaining("the key is not locked");
    }

    /** The successor has not written yet, so the condition of a write still holds: only the look at the lock refuses it. */
    @Test
    void aStaleChildDoesNotWriteBeforeItsParentsSuccessor() throws Exception {
        states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        BorrowedLock borrowed = borrow(lock());
        DriverLockedState locked = new DriverLockedState(borrowed, states);
        locked.read();
        store.put(KEY, SUCCESSOR, Optional.of(LEASE));
        int writes = driver.writes.get();
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> locked.write(bytes("stale")))
                .withMessageContaining("them@there holds " + SUCCESSOR);
        assertThatExceptionOfType(LockLostException.class).isThrownBy(locked::delete);
        assertThat(driver.writes).hasValue(writes);
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("base");
    }

    /** The control of the test before: the same child, which believes that its parent's lock is still there. */
    @Test
    void aStaleChildThatDoesNotLookWrites() throws Exception {
        states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        DriverLockedState locked = new DriverLockedState(new Blind(borrow(lock())), states);
        locked.read();
        store.put(KEY, SUCCESSOR, Optional.of(LEASE));
        locked.write(bytes("stale"));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("stale");
    }

    /** The child has computed its content from what it read before, in another process: "pull", and now "push". */
    @Test
    void aSuccessorsWriteBeforeTheChildReadsItsBaseIsNotReplaced() throws Exception {
        assertThatExceptionOfType(LockLostException.class)
                .isThrownBy(() -> writeWhileASuccessorComesAndGoes(borrow(lock())));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("successor's");
    }

    /** The control of the test before. */
    @Test
    void aChildThatDoesNotLookAfterItReadItsBaseLosesASuccessorsWrite() throws Exception {
        writeWhileASuccessorComesAndGoes(new Blind(borrow(lock())));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("stale");
    }

    private void writeWhileASuccessorComesAndGoes(HeldLock lock) {
        states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        driver.meetRead(() -> {
            store.remove(KEY);
            driver.overwrite(bytes("successor's"));
            return driver.read(KEY);
        });
        new DriverLockedState(lock, states).write(bytes("stale"));
    }

    /** The lock changes hands between the look and the write. */
    @Test
    void aWriteThatComesAfterTheSuccessorsIsAConflict() throws Exception {
        states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        DriverLockedState locked = new DriverLockedState(borrow(lock()), states);
        driver.meet(apply -> {
            store.put(KEY, SUCCESSOR, Optional.of(LEASE));
            driver.overwrite(bytes("successor's"));
            return apply.run();
        });
        assertThatExceptionOfType(StateConflictException.class).isThrownBy(() -> locked.write(bytes("stale")));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("successor's");
    }

    /** The same, and the successor is the slower one: it is told, and nothing of either is lost. */
    @Test
    void aSuccessorThatReadBeforeALateWriteConflicts() throws Exception {
        states.write(KEY, bytes("base"), WriteCondition.ifAbsent());
        DriverLockedState locked = new DriverLockedState(borrow(lock()), states);
        DriverLockedState[] successor = new DriverLockedState[1];
        driver.meet(apply -> {
            store.put(KEY, SUCCESSOR, Optional.of(LEASE));
            successor[0] = new DriverLockedState(newManager().borrow(KEY, SUCCESSOR), states);
            successor[0].read();
            return apply.run();
        });
        locked.write(bytes("late"));
        assertThatExceptionOfType(StateConflictException.class)
                .isThrownBy(() -> successor[0].write(bytes("successor's")));
        assertThat(states.read(KEY).orElseThrow().utf8()).isEqualTo("late");
    }

    @Test
    void aLossIsToldOnceItIsSeenAndStays() throws Exception {
        HeldLock parent = lock();
        BorrowedLock borrowed = borrow(parent);
        List<LockLostException> told = new CopyOnWriteArrayList<>();
        borrowed.onLost(told::add);
        parent.release();
        assertThat(borrowed.status()).isEqualTo(LockStatus.HELD);
        assertThatExceptionOfType(LockLostException.class).isThrownBy(borrowed::ensureHeld);
        assertThat(borrowed.status()).isEqualTo(LockStatus.LOST);
        store.put(KEY, parent.info().id(), Optional.of(LEASE));
        assertThatExceptionOfType(LockLostException.class).isThrownBy(borrowed::ensureHeld);
        time.awaitRest();
        assertThat(told).hasSize(1);
    }

    @Test
    void whatWasGivenBackIsNotUsed() throws Exception {
        HeldLock parent = lock();
        BorrowedLock borrowed = borrow(parent);
        DriverLockedState locked = new DriverLockedState(borrowed, states);
        borrowed.detach();
        locked.close();
        assertThat(borrowed.status()).isEqualTo(LockStatus.RELEASED);
        assertThatIllegalStateException().isThrownBy(() -> locked.write(bytes("a")));
        parent.ensureHeld();
    }

    @Test
    void theChildsEndLeavesTheLock() throws Exception {
        HeldLock parent = lock();
        borrow(parent);
        child.close();
        assertThat(store.record(KEY).orElseThrow().hasId(parent.info().id())).isTrue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Never looks. */
    private record Blind(BorrowedLock lock) implements HeldLock {
        @Override
        public StateKey key() {
            return lock.key();
        }

        @Override
        public LockInfo info() {
            return lock.info();
        }

        @Override
        public LockStatus status() {
            return LockStatus.HELD;
        }

        @Override
        public Optional<Duration> remaining() {
            return lock.remaining();
        }

        @Override
        public void ensureHeld() {}

        @Override
        public void onLost(Consumer<LockLostException> callback) {}

        @Override
        public Optional<FencingToken> fencingToken() {
            return Optional.empty();
        }

        @Override
        public void release() {}

        @Override
        public void detach() {}

        @Override
        public void close() {}
    }
}
