package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultyDriver.Operation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Locks that outlive the request or the process that took them, for lock services and scripts. */
abstract class LockDetachContract extends LockBreakingContract {

    @Test
    void aDetachedLockOutlivesItsProcessAndIsReleasedByTheOneThatAttaches() throws Exception {
        StateKey key = key("detached");
        if (noLeaseIsRefused(key)) {
            return;
        }
        String id = detached(party(), key);
        assertThat(refusal(party(), key, options()).hasId(id)).isTrue();
        Party next = party();
        HeldLock attached = attach(next, key, id);
        assertThat(attached.status()).isEqualTo(LockStatus.HELD);
        attached.ensureHeld();
        finishRun(attached::release);
        assertThat(inspect(next, key)).isEmpty();
        finishRun(hold(party(), key, options())::release);
    }

    @Test
    void closingThePlaceReleasesAHeldLockAndLeavesADetachedOne() throws Exception {
        StateKey detached = key("left");
        StateKey held = key("held");
        if (noLeaseIsRefused(detached)) {
            return;
        }
        Party party = party();
        String id = detached(party, detached);
        hold(party, held, options());
        finishRun(() -> party.backend().close());
        assertThat(inspect(party(), held)).isEmpty();
        assertThat(inspectDirectly(detached).hasId(id)).isTrue();
        finishRun(attach(party(), detached, id)::release);
    }

    @Test
    void aHandleHasNothingToDoAfterItsDetach() throws Exception {
        StateKey key = key("after");
        if (noLeaseIsRefused(key)) {
            return;
        }
        HeldLock lock = hold(party(), key, options().noLease());
        lock.detach();
        assertThat(lock.status()).isEqualTo(LockStatus.RELEASED);
        finishRun(lock::close);
        assertThatThrownBy(lock::ensureHeld).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(lock::detach).isInstanceOf(IllegalStateException.class);
        assertThat(inspectDirectly(key).hasId(lock.info().id())).isTrue();
        finishRun(attach(party(), key, lock.info().id())::release);
    }

    @Test
    void aLeasedLockIsNeitherDetachedNorAttached() throws Exception {
        StateKey key = key("leased");
        if (leasesAreRefused(key)) {
            return;
        }
        HeldLock lock = hold(party(), key, options());
        assertThatThrownBy(lock::detach).isInstanceOf(IllegalStateException.class);
        lock.ensureHeld();
        Party other = party();
        assertThatThrownBy(() -> attach(other, key, lock.info().id()))
                .isInstanceOfSatisfying(
                        LockHeldException.class,
                        e -> assertThat(e.holder().hasId(lock.info().id())).isTrue());
    }

    @Test
    void whoAttachesMustNameTheLockThatIsThere() throws Exception {
        StateKey key = key("wrong");
        Party party = party();
        assertThatThrownBy(() -> attach(party, key, UUID.randomUUID().toString()))
                .isInstanceOf(LockLostException.class);
        HeldLock lock = hold(party(), key, lasting());
        assertThatThrownBy(() -> attach(party, key, UUID.randomUUID().toString()))
                .isInstanceOfSatisfying(
                        LockIdMismatchException.class,
                        e -> assertThat(e.actual().hasId(lock.info().id())).isTrue());
    }

    @Test
    void anAttachedLockThatWasForcedAwayIsLostAtItsRelease() throws Exception {
        StateKey key = key("forced-attached");
        if (noLeaseIsRefused(key)) {
            return;
        }
        String id = detached(party(), key);
        HeldLock attached = attach(party(), key, id);
        Party operator = party();
        assertThat(finish(() -> operator.locks().forceUnlock(key, id))).isTrue();
        HeldLock next = hold(party(), key, options());
        assertThatThrownBy(() -> finishRun(attached::release)).isInstanceOf(LockLostException.class);
        assertThat(inspectDirectly(key).hasId(next.info().id())).isTrue();
    }

    @Test
    void aLockRecordedForAClientIsFoundByItsRepeatedRequestAndRefusedToOthers() throws Exception {
        StateKey key = key("client");
        if (noLeaseIsRefused(key)) {
            return;
        }
        LockInfo client = foreignInfo(key);
        for (Party service : List.of(party(), party())) {
            HeldLock lock = hold(service, key, LockOptions.builder().recordAs(client));
            assertThat(lock.info()).isEqualTo(client);
            lock.detach();
            assertThat(inspectDirectly(key).info()).contains(client);
        }
        ObservedLock holder = refusal(party(), key, LockOptions.builder().recordAs(foreignInfo(key)));
        assertThat(holder.info()).contains(client);
        finishRun(attach(party(), key, client.id())::release);
    }

    /** A server that gave a client's request up must not remove what the client then got from another one. */
    @Test
    void aServiceThatGaveUpLeavesTheLockThatItsClientGotElsewhere() throws Exception {
        if (noLeaseIsRefused(key("given-up"))) {
            return;
        }
        for (Fault fault : List.of(Fault.CUT, Fault.LOST_ANSWER, Fault.LATE)) {
            StateKey key = key("given-up/" + fault);
            LockInfo client = foreignInfo(key);
            LockOptions.Builder options = LockOptions.builder().recordAs(client);
            Party service = party(tuning -> tuning.callTimeout(Duration.ofSeconds(3)));
            ArmedFault armed = service.lockFaults().arm(Operation.ACQUIRE, fault, Integer.MAX_VALUE);
            assertThatThrownBy(() -> attempt(service, key, options)).isInstanceOf(OutcomeUnknownException.class);
            armed.assertFired();
            hold(party(), key, options).detach();
            armed.disarm();
            time().pass(Duration.ofSeconds(5));
            assertThat(refusal(party(), key, LockOptions.builder().recordAs(foreignInfo(key)))
                            .info())
                    .contains(client);
            hold(service, key, options).detach(); // to the same service it is the client's own too
            finishRun(attach(party(), key, client.id())::release);
            assertThat(openDrivers().locks().observe(key)).isEmpty();
        }
    }

    private boolean noLeaseIsRefused(StateKey key) {
        if (supportsNoLease()) {
            return false;
        }
        assertMisconfigured(() -> hold(party(), key, options().noLease())).hasMessageContaining("lease");
        return true;
    }

    private String detached(Party party, StateKey key) throws Exception {
        HeldLock lock = hold(party, key, options().noLease());
        lock.detach();
        return lock.info().id();
    }

    private HeldLock attach(Party party, StateKey key, String id) throws Exception {
        return finish(() -> party.locks().attach(key, id));
    }
}
