package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateBackend.Capabilities;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LeaseBounds;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** Taking, waiting for, seeing and giving back a lock. */
abstract class LockHoldingContract extends ContractScenario {

    @Test
    void capabilitiesAreThoseThatTheLeafNames() {
        Capabilities capabilities = party().backend().capabilities();
        assertThat(capabilities.leases()).isEqualTo(supportsLeases());
        assertThat(capabilities.noLease()).isEqualTo(supportsNoLease());
        assertThat(capabilities.expiresByService()).isEqualTo(expiresByService());
        assertThat(capabilities.history()).isEqualTo(keepsHistory());
        if (supportsLeases()) {
            assertThat(capabilities.shortestLease()).isEqualTo(shortestLease());
        }
    }

    @Test
    void aRefusalNamesTheHolder() throws Exception {
        StateKey key = key("refused");
        HeldLock lock =
                hold(party(), key, options().operation("apply").info("build 7").who("ann@ci"));
        ObservedLock seen = refusal(party(), key, options());
        assertThat(seen.key()).isEqualTo(key);
        LockInfo info = seen.info().orElseThrow();
        assertThat(info.id()).isEqualTo(lock.info().id());
        assertThat(info.operation()).isEqualTo("apply");
        assertThat(info.info()).isEqualTo("build 7");
        assertThat(info.who()).isEqualTo("ann@ci");
        assertThat(info.version()).startsWith("statelock/");
        assertThat(info.created()).isEqualTo(lock.info().created());
        assertThat(info.path()).isEqualTo(openDrivers().locks().lockPath(key));
        assertThat(seen.lease()).isEqualTo(options().build().lease());
        assertThat(seen.expired()).isFalse();
    }

    @Test
    void aRefusedCallerIsToldWhoHoldsTheLockInTerraformsWords() throws Exception {
        StateKey key = key("told");
        HeldLock lock = hold(party(), key, options().operation("apply").who("ann@ci"));
        Party other = party();
        assertThatThrownBy(() -> hold(other, key, options()))
                .isInstanceOfSatisfying(
                        LockHeldException.class,
                        e -> assertThat(e.holder().hasId(lock.info().id())).isTrue())
                .hasMessageContaining("Error acquiring the state lock")
                .hasMessageContaining("ID:        " + lock.info().id())
                .hasMessageContaining("Who:       ann@ci")
                .hasMessageContaining("Operation: apply");
    }

    @Test
    void aReleasedLockIsFreeForTheNext() throws Exception {
        StateKey key = key("released");
        Party first = party();
        Party second = party();
        for (Party party : List.of(first, second, first)) {
            HeldLock lock = hold(party, key, options());
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            assertThat(inspect(second, key).orElseThrow().hasId(lock.info().id()))
                    .isTrue();
            finishRun(lock::release);
            assertThat(inspect(first, key)).isEmpty();
        }
    }

    @Test
    void releasingTwiceReleasesOnce() throws Exception {
        StateKey key = key("twice");
        Party party = party();
        HeldLock lock = hold(party, key, options());
        finishRun(lock::release);
        HeldLock next = hold(party(), key, options());
        finishRun(lock::release);
        finishRun(lock::close);
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(lock.remaining().orElse(Duration.ZERO)).isZero();
        assertThatThrownBy(lock::ensureHeld).isInstanceOf(IllegalStateException.class);
        assertThat(inspect(party, key).orElseThrow().hasId(next.info().id())).isTrue();
    }

    @Test
    void everyAcquisitionHasAnIdOfItsOwn() throws Exception {
        StateKey key = key("ids");
        Party party = party();
        HeldLock first = hold(party, key, options());
        finishRun(first::release);
        HeldLock second = hold(party, key, options());
        assertThat(second.info().id())
                .isNotEqualTo(first.info().id())
                .matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    @Test
    void aSecondAcquireOfTheSameManagerSeesTheFirst() throws Exception {
        StateKey key = key("reentrant");
        Party party = party();
        HeldLock lock = hold(party, key, options());
        assertThat(refusal(party, key, options()).hasId(lock.info().id())).isTrue();
        assertThatThrownBy(() -> hold(party, key, options().waitUpTo(Duration.ofMillis(300))))
                .isInstanceOf(LockHeldException.class);
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
    }

    @Test
    void aWaiterIsToldOfTheHolderAndGetsTheLockWhenItIsReleased() throws Exception {
        StateKey key = key("waits");
        HeldLock lock = hold(party(), key, options());
        RecordingListener listener = new RecordingListener(time());
        Party waiter = party();
        Call<HeldLock> call = Call.start(() -> waiter.locks()
                .acquire(
                        key,
                        options()
                                .waitUpTo(Duration.ofMinutes(2))
                                .listener(listener)
                                .build()));
        time().await("second look", () -> listener.count("waiting") >= 2);
        finishRun(lock::release);
        HeldLock next = finish(call);
        assertThat(next.status()).isEqualTo(LockStatus.HELD);
        assertThat(listener.all("waiting"))
                .allSatisfy(e -> assertThat(
                                e.other().orElseThrow().hasId(lock.info().id()))
                        .isTrue())
                .extracting(RecordingListener.Event::elapsed)
                .isSorted();
        time().await("event acquired", () -> listener.count("acquired") == 1);
        assertThat(listener.names()).doesNotContain("takenOver");
    }

    @Test
    void theWaitEndsAtItsLimitAndLeavesNothingBehind() throws Exception {
        StateKey key = key("limit");
        HeldLock lock = hold(party(), key, options());
        Party waiter = party();
        Duration wait = Duration.ofSeconds(2);
        long start = time().nanos();
        assertThatThrownBy(() -> hold(waiter, key, options().waitUpTo(wait))).isInstanceOf(LockHeldException.class);
        assertThat(time().since(start))
                .isBetween(wait, wait.plus(longestPoll()).plusSeconds(1).plus(time().slack()));
        assertThat(lock.status()).isEqualTo(LockStatus.HELD);
        finishRun(lock::release);
        assertBecomesFree(key);
    }

    @Test
    void anInterruptedWaiterLeavesNothingBehind() throws Exception {
        StateKey key = key("interrupted");
        HeldLock lock = hold(party(), key, options());
        RecordingListener listener = new RecordingListener(time());
        Party waiter = party();
        Call<HeldLock> call = Call.start(() -> waiter.locks()
                .acquire(
                        key,
                        options()
                                .waitUpTo(Duration.ofMinutes(2))
                                .listener(listener)
                                .build()));
        time().await("look", () -> listener.count("waiting") >= 1);
        call.interrupt();
        assertThatThrownBy(() -> finish(call)).isInstanceOf(InterruptedException.class);
        finishRun(lock::release);
        assertBecomesFree(key);
        assertThat(attempt(waiter, key, options())).isInstanceOf(LockAttempt.Acquired.class);
    }

    @Test
    void anInterruptWhileTheRequestIsOnItsWayGivesBackWhatItTook() throws Exception {
        each(List.of(Fault.HANG_BEFORE, Fault.HANG_AFTER), fault -> {
            StateKey key = key("interrupted-request/" + fault);
            Party party = party();
            ArmedFault hang = party.lockFaults().arm(FaultyDriver.Operation.ACQUIRE, fault);
            Call<HeldLock> call =
                    Call.start(() -> party.locks().acquire(key, lasting().build()));
            hang.awaitFired();
            call.interrupt();
            assertThatThrownBy(() -> finish(call)).isInstanceOf(InterruptedException.class);
            hang.letGo();
            assertBecomesFree(key);
        });
    }

    @Test
    void closingTheBackendReleasesWhatItHolds() throws Exception {
        Party party = party();
        HeldLock one = hold(party, key("closed/1"), lasting());
        HeldLock two = hold(party, key("closed/2"), options());
        finishRun(() -> party.backend().close());
        assertThat(one.status()).isEqualTo(LockStatus.RELEASED);
        assertThat(two.status()).isEqualTo(LockStatus.RELEASED);
        Party observer = party();
        assertThat(inspect(observer, key("closed/1"))).isEmpty();
        assertThat(inspect(observer, key("closed/2"))).isEmpty();
    }

    @Test
    void aListShowsTheLocksBelowItsPrefixInOrder() throws Exception {
        Party party = party();
        for (String name : List.of("list/b", "list/a", "list/a/deep", "other/c")) {
            hold(party, key(name), options());
        }
        Party observer = party();
        List<ObservedLock> below = finish(() -> observer.locks().list(prefix() + "list/"));
        assertThat(below)
                .extracting(ObservedLock::key)
                .containsExactly(key("list/a"), key("list/a/deep"), key("list/b"));
        assertThat(below)
                .allSatisfy(lock -> assertThat(lock.info().orElseThrow().info())
                        .isEqualTo(options().build().info()));
        assertThat(finish(() -> observer.locks().list(prefix() + "none/"))).isEmpty();
    }

    @Test
    void keysThatLookAlikeAreLockedApart() throws Exception {
        Party party = party();
        Party other = party();
        for (List<String> alike : Keys.ALIKE) {
            for (String name : alike) {
                hold(party, key(name), options());
            }
            for (String name : alike) {
                assertThat(refusal(other, key(name), options()).key()).isEqualTo(key(name));
            }
        }
    }

    @Test
    void unusualKeysAreLockedAndFreed() throws Exception {
        Party party = party();
        Party other = party();
        for (StateKey key : Keys.unusual(prefix())) {
            HeldLock lock = hold(party, key, options());
            assertThat(refusal(other, key, options()).hasId(lock.info().id())).isTrue();
            finishRun(lock::release);
            assertThat(inspect(other, key)).isEmpty();
        }
    }

    @Test
    void leasesOutsideTheBoundsAreRefusedNamingThem() {
        LeaseBounds bounds = openDrivers().locks().leaseBounds();
        Party party = party();
        if (!supportsLeases()) {
            assertMisconfigured(() -> hold(party, key("any"), LockOptions.builder()))
                    .hasMessageContaining("lease");
            return;
        }
        Duration shorter = bounds.shortest().minusMillis(1);
        Duration longer = bounds.longest().plusSeconds(1);
        for (Duration lease : List.of(shorter, longer)) {
            assertMisconfigured(() -> hold(party, key("bounds"), options().lease(lease)))
                    .hasMessageContaining(" from " + inWords(bounds.shortest()) + " to " + inWords(bounds.longest()));
        }
        assertThat(party.lockFaults().count()).as("requests").isZero();
    }

    private static String inWords(Duration bound) {
        return bound.toSeconds() % 3600 == 0 ? bound.toHours() + " h" : bound.toSeconds() + " s";
    }

    @Test
    void aLockWithoutLeaseIsHeldUntilReleasedOrRefusedClearly() throws Exception {
        StateKey key = key("no-lease");
        Party party = party();
        if (!supportsNoLease()) {
            assertMisconfigured(() -> hold(party, key, options().noLease())).hasMessageContaining("lease");
            return;
        }
        HeldLock lock = hold(party, key, options().noLease());
        assertThat(lock.remaining()).isEmpty();
        assertThat(refusal(party(), key, options()).lease()).isEmpty();
        finishRun(lock::release);
        assertThat(inspect(party, key)).isEmpty();
    }

    final AbstractThrowableAssert<?, ?> assertMisconfigured(Callable<?> call) {
        return assertThatThrownBy(call::call).isInstanceOf(BackendMisconfiguredException.class);
    }
}
