package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverBackend;
import io.github.statelock.engine.EngineOptions;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.testkit.ArmedFault;
import io.github.statelock.testkit.Fault;
import io.github.statelock.testkit.FaultyDriver;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One half of ours in file and table, left by a request that went wrong: it is never the lock. */
@Tag("real-time")
class BothLeftoversTest {

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("left/" + UUID.randomUUID() + ".tfstate");
    private final FaultyDriver file =
            new FaultyDriver(store.drivers(S3LockMode.LOCK_FILE).locks());
    private final FaultyDriver table =
            new FaultyDriver(store.drivers(S3LockMode.DYNAMODB).locks());
    private final LockDriver both = new BothLockDriver(file, table);

    /** Open when the waiter has seen the holder twice. */
    private final CountDownLatch waits = new CountDownLatch(2);

    private OwnedLock take(LockDriver driver) {
        return ((AcquireOutcome.Acquired) driver.tryAcquire(TestLocks.lasting(driver, key))).lock();
    }

    private StateBackend backend() {
        return new DriverBackend(
                both,
                store.drivers(S3LockMode.BOTH).states(),
                EngineOptions.builder().build()) {};
    }

    private CompletableFuture<HeldLock> acquire(StateBackend backend, LockOptions.Builder options) {
        LockOptions waiting = options.waitUpTo(Duration.ofMinutes(1))
                .listener(new LockListener() {
                    @Override
                    public void waiting(ObservedLock holder, Duration elapsed) {
                        waits.countDown();
                    }
                })
                .build();
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return backend.locks().acquire(key, waiting);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                work -> new Thread(work, "waiter").start());
    }

    private void assertWhole(HeldLock lock) {
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        String id = lock.info().id();
        assertThat(file.observe(key).orElseThrow().hasId(id)).isTrue();
        assertThat(table.observe(key).orElseThrow().hasId(id)).isTrue();
    }

    /** Terraform holds the table; our file half could not be undone. When Terraform leaves, both halves are taken. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileHalfThatCouldNotBeUndoneIsCompletedAndNotTakenForTheLock(boolean leased) throws Exception {
        OwnedLock terraform = take(table);
        ArmedFault undo = file.faults().arm(Operation.RELEASE, Fault.THROTTLED);
        LockOptions.Builder options = LockOptions.builder();
        try (StateBackend backend = backend()) {
            CompletableFuture<HeldLock> waiter =
                    acquire(backend, leased ? options.lease(Duration.ofSeconds(10)) : options.noLease());
            waits.await();
            undo.assertFired();
            assertThat(file.observe(key)).isPresent();
            assertThat(waiter).isNotDone();
            table.release(terraform);
            try (HeldLock lock = waiter.get(1, TimeUnit.MINUTES)) {
                assertWhole(lock);
            }
        }
        assertThat(both.observe(key)).isEmpty();
    }

    /** Terraform comes in between; our request for the table arrives when it has left, and our file half is gone by then. */
    @Test
    void aTableHalfThatArrivesLateIsCompletedAndNotTakenForTheLock() throws Exception {
        CompletableFuture<OwnedLock> terraform = new CompletableFuture<>();
        LockDriver terraforms = store.drivers(S3LockMode.DYNAMODB).locks();
        ArmedFault late =
                table.faults().arm(Operation.ACQUIRE, Fault.LATE).whenFired(() -> terraform.complete(take(terraforms)));
        try (StateBackend backend = backend()) {
            CompletableFuture<HeldLock> waiter =
                    acquire(backend, LockOptions.builder().noLease());
            waits.await();
            assertThat(file.observe(key)).isEmpty();
            terraforms.release(terraform.join());
            late.letGo();
            try (HeldLock lock = waiter.get(1, TimeUnit.MINUTES)) {
                assertWhole(lock);
            }
        }
        assertThat(both.observe(key)).isEmpty();
    }

    /** Somebody else's file and our table half: the holder of the file is shown, and nothing of it is touched. */
    @Test
    void aTableHalfOfOursDoesNotHideTheHolderOfTheFile() {
        LockProposal proposal = TestLocks.lasting(both, key);
        table.tryAcquire(proposal);
        OwnedLock holder = take(file);
        AcquireOutcome.Held held = (AcquireOutcome.Held) both.tryAcquire(proposal);
        assertThat(held.holder().hasId(holder.info().id())).isTrue();
        file.release(holder);
        assertThat(both.tryAcquire(proposal)).isInstanceOfSatisfying(AcquireOutcome.Held.class, ours -> {
            assertThat(ours.holder().hasId(proposal.info().id())).isTrue();
            assertThat(both.isWhole(ours.holder())).isTrue();
        });
    }

    private enum Left {
        FILE,
        TABLE
    }

    /** Also where the other half is somebody else's by now: that one stays as it is. */
    @ParameterizedTest
    @EnumSource
    void aLockOfWhichOneHalfIsLeftIsLostAndItsOtherHalfIsSpared(Left left) {
        LockProposal ours = TestLocks.lasting(both, key);
        (left == Left.FILE ? file : table).tryAcquire(ours);
        OwnedLock others = take(left == Left.FILE ? table : file);
        ObservedLock seen = both.observe(key).orElseThrow();
        assertThat(both.isWhole(seen)).isFalse();
        OwnedLock mixed = new OwnedLock(key, ours.info(), ours.lease(), seen.version());
        assertThat(both.renew(mixed)).isInstanceOf(RenewOutcome.Lost.class);
        assertThat(both.release(mixed)).isInstanceOf(ReleaseOutcome.AlreadyGone.class);
        assertThat(both.observe(key).orElseThrow().hasId(others.info().id())).isTrue();
    }

    /** After a renewal of both that was not answered; with a table that deletes by version, as the file does. */
    @Test
    void aReleaseByAnOldVersionShowsBothHalvesSoThatNeitherIsLeft() {
        LockDriver byVersion = (LockDriver) Proxy.newProxyInstance(
                LockDriver.class.getClassLoader(), new Class<?>[] {LockDriver.class}, (proxy, method, args) -> {
                    if (method.getName().equals("release")) {
                        OwnedLock lock = (OwnedLock) args[0];
                        return table.breakLock(lock.asObserved(), lock.info().id());
                    }
                    return method.invoke(table, args);
                });
        LockDriver locks = new BothLockDriver(file, byVersion);
        OwnedLock old = ((AcquireOutcome.Acquired) locks.tryAcquire(TestLocks.proposal(locks, key))).lock();
        assertThat(locks.renew(old)).isInstanceOf(RenewOutcome.Renewed.class);
        ObservedLock actual = ((ReleaseOutcome.NotOwner) locks.release(old)).actual();
        assertThat(locks.breakLock(actual, old.info().id())).isInstanceOf(ReleaseOutcome.Released.class);
        assertThat(both.observe(key)).isEmpty();
    }

    /** Under a client's ID it may be another server's, which takes the table half at this moment. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFileHalfThatWasFoundIsUndoneUnlessItsIdIsAClients(boolean clients) {
        LockProposal proposal = new LockProposal(key, TestLocks.info(both, key), Optional.empty(), clients);
        file.tryAcquire(proposal);
        OwnedLock terraform = take(table);
        assertThat(both.tryAcquire(proposal))
                .isInstanceOfSatisfying(
                        AcquireOutcome.Held.class,
                        held -> assertThat(held.holder().hasId(terraform.info().id()))
                                .isTrue());
        assertThat(file.observe(key).isPresent()).isEqualTo(clients);
    }

    @ParameterizedTest
    @EnumSource
    void aLockOfWhichOneHalfIsLeftCannotBeTakenUp(Left left) {
        LockProposal ours = TestLocks.lasting(both, key);
        String id = ours.info().id();
        try (StateBackend backend = backend()) {
            both.tryAcquire(ours);
            backend.locks().attach(key, id).detach();
            LockDriver gone = left == Left.FILE ? table : file;
            gone.breakLock(gone.observe(key).orElseThrow(), id);
            assertThatThrownBy(() -> backend.locks().attach(key, id))
                    .isInstanceOf(LockLostException.class)
                    .hasMessageContaining("a part of its record");
            OwnedLock others = take(gone);
            assertThatThrownBy(() -> backend.locks().attach(key, id)).isInstanceOf(LockLostException.class);
            assertThat(gone.observe(key).orElseThrow().hasId(others.info().id()))
                    .isTrue();
        }
    }
}
