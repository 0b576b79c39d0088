package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.HeldLock;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Reading and writing a state under a lock that another process holds. */
abstract class BorrowedStateContract extends StateUnderLockContract {

    private LockedState borrow(Party party, StateKey key, String lockId) throws Exception {
        return finish(() -> party.backend().borrow(key, lockId));
    }

    private LockedState borrow(Party party, LockedState parent) throws Exception {
        return borrow(party, parent.lock().key(), parent.lock().info().id());
    }

    @Test
    void aChildWritesUnderItsParentsLockWhichStaysItsParents() throws Exception {
        StateKey key = key("borrowed");
        LockedState parent = lock(party(), key, options());
        write(parent, state(1));
        LockedState child = borrow(party(), parent);
        assertThat(finish(child::read).map(State::utf8)).contains(state(1));
        write(child, state(2));
        finish(() -> child.overwrite(state(2, LINEAGE, "\"child\":1").getBytes(UTF_8)));
        if (supportsLeases()) {
            time().pass(shortestLease().multipliedBy(2));
        }
        finishRun(child::delete);
        write(child, state(3));
        finishRun(child::close);
        assertThat(child.lock().status()).isEqualTo(LockStatus.RELEASED);
        assertThat(finish(parent::read).map(State::utf8)).contains(state(3));
        write(parent, state(4));
        finishRun(parent::close);
        assertThat(stored(key)).contains(state(4));
        finishRun(hold(party(), key, options())::release);
    }

    @Test
    void onlyTheLockThatIsThereIsLent() throws Exception {
        StateKey key = key("not-lent");
        Party party = party();
        String none = UUID.randomUUID().toString();
        assertThatThrownBy(() -> borrow(party, key, none)).isInstanceOf(LockLostException.class);
        HeldLock holder = hold(party(), key, lasting());
        assertThatThrownBy(() -> borrow(party, key, none))
                .isInstanceOfSatisfying(
                        LockIdMismatchException.class,
                        e -> assertThat(e.actual().hasId(holder.info().id())).isTrue());
    }

    /** The successor has not written, so the version that the child read is still the newest. */
    @Test
    void aChildWhoseParentLostItsLockSendsNoChange() throws Exception {
        StateKey key = key("orphan");
        LockedState parent = lock(party(), key, lasting());
        write(parent, state(1));
        Party party = party();
        LockedState child = borrow(party, parent);
        finish(child::read);
        Party operator = party();
        finish(() -> operator.locks().forceUnlock(key, parent.lock().info().id()));
        HeldLock successor = hold(party(), key, lasting());
        assertThatThrownBy(() -> write(child, state(2)))
                .isInstanceOf(LockLostException.class)
                .hasMessageContaining(successor.info().id());
        assertThatThrownBy(() -> finishRun(child::delete)).isInstanceOf(LockLostException.class);
        assertThat(party.stateFaults().count(Operation.WRITE)).isZero();
        assertThat(party.stateFaults().count(Operation.DELETE)).isZero();
        assertThat(child.lock().status()).isEqualTo(LockStatus.LOST);
        assertThat(stored(key)).contains(state(1));
        finishRun(successor::release);
    }

    /** It passes its look, then stands still until its parent's lock is another's. */
    @Test
    void theWriteOfAPausedChildIsRefusedByTheStore() throws Exception {
        StateKey key = key("paused-child");
        Party parents = party();
        LockedState parent = lock(parents, key, options());
        write(parent, state(1));
        Party party = party();
        LockedState child = borrow(party, parent);
        ArmedFault request = party.stateFaults().arm(Operation.WRITE, Fault.HANG_BEFORE);
        Call<?> call =
                Call.start(() -> child.write(state(2, LINEAGE, "\"child\":1").getBytes(UTF_8)));
        request.awaitFired();
        parents.die();
        LockedState successor = successorOf(parent);
        write(successor, state(2));
        request.letGo();
        time().await("end of the child's write", call::isDone);
        assertThatThrownBy(call::result)
                .isInstanceOfAny(StateConflictException.class, OutcomeUnknownException.class, LockLostException.class);
        assertThat(stored(key)).contains(state(2));
        write(successor, state(3));
        finishRun(successor::close);
        assertThat(stored(key)).contains(state(3));
    }

    private LockedState successorOf(LockedState dead) throws Exception {
        StateKey key = dead.lock().key();
        Party heir = party();
        if (supportsLeases()) {
            return lock(heir, key, options().waitUpTo(Duration.ofMinutes(2)));
        }
        finish(() -> heir.locks().forceUnlock(key, dead.lock().info().id()));
        return lock(heir, key, options());
    }
}
