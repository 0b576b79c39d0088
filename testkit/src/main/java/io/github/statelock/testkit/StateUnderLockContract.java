package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StaleSerialException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.WriteOutcome;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Reading and writing a state under its lock. */
abstract class StateUnderLockContract extends ContractScenario {

    static final String LINEAGE = "3f0b1c2d-0000-4000-8000-000000000001";
    private static final String OTHER_LINEAGE = "3f0b1c2d-0000-4000-8000-000000000002";

    static String state(int serial) {
        return state(serial, LINEAGE, "");
    }

    static String state(int serial, String lineage, String extra) {
        return "{\"version\":4,\"terraform_version\":\"1.13.0\",\"serial\":" + serial + ",\"lineage\":\"" + lineage
                + "\",\"outputs\":{" + extra + "},\"resources\":[]}";
    }

    final LockedState lock(Party party, StateKey key, LockOptions.Builder options) throws Exception {
        return finish(() -> party.backend().lock(key, options.build()));
    }

    final StateVersion write(LockedState locked, String content) throws Exception {
        return finish(() -> locked.write(content.getBytes(UTF_8)));
    }

    final Optional<String> stored(StateKey key) throws Exception {
        Party reader = party();
        return finish(() -> reader.states().read(key)).map(State::utf8);
    }

    @Test
    void aLockedStateIsReadWrittenAndFreed() throws Exception {
        StateKey key = key("simple");
        Party party = party();
        try (LockedState locked = lock(party, key, options())) {
            assertThat(finish(locked::read)).isEmpty();
            StateVersion first = write(locked, state(1));
            assertThat(finish(locked::read).map(State::version)).contains(first);
            StateVersion second = write(locked, state(2));
            assertThat(second).isNotEqualTo(first);
            write(locked, state(3));
            Party other = party();
            assertThatThrownBy(() -> lock(other, key, options())).isInstanceOf(LockHeldException.class);
            finishRun(locked::close);
        }
        assertThat(stored(key)).contains(state(3));
        finishRun(hold(party(), key, options())::release);
    }

    @Test
    void anOverwriteAsksForNeitherSerialNorLineageButForTheVersionThatWasRead() throws Exception {
        StateKey key = key("overwrite");
        LockedState locked = lock(party(), key, options());
        write(locked, state(7));
        finish(() -> locked.overwrite(state(3, OTHER_LINEAGE, "").getBytes(UTF_8)));
        assertThat(stored(key)).contains(state(3, OTHER_LINEAGE, ""));
        finish(() -> locked.overwrite(state(3, OTHER_LINEAGE, "\"same\":1").getBytes(UTF_8)));
        assertThat(stored(key)).contains(state(3, OTHER_LINEAGE, "\"same\":1"));
        StateVersion base = finish(() -> locked.overwrite(state(1).getBytes(UTF_8)));
        assertChangedOutside(key, base, locked.lock().info().id());
        assertThatThrownBy(() -> finish(() -> locked.overwrite(state(4).getBytes(UTF_8))))
                .isInstanceOf(StateConflictException.class);
        assertThat(stored(key)).contains(state(2));
    }

    @Test
    void theStateUnderADetachedLockIsWrittenByWhoeverAttaches() throws Exception {
        StateKey key = key("attached");
        if (!supportsNoLease()) {
            assertThatThrownBy(() -> lock(party(), key, options().noLease()))
                    .isInstanceOf(BackendMisconfiguredException.class);
            return;
        }
        LockedState first = lock(party(), key, options().noLease());
        String id = first.lock().info().id();
        write(first, state(1));
        first.lock().detach();
        assertThatThrownBy(() -> write(first, state(2))).isInstanceOf(IllegalStateException.class);
        Party next = party();
        LockedState second = finish(() -> next.backend().attach(key, id));
        assertThat(finish(second::read).map(State::utf8)).contains(state(1));
        write(second, state(2));
        assertThat(stored(key)).contains(state(2));
        finishRun(second::close);
        finishRun(hold(party(), key, options())::release);
    }

    @Test
    void aWriteWithoutReadIsOnTheStateThatIsThere() throws Exception {
        StateKey key = key("unread");
        finish(() -> party().states().write(key, state(7).getBytes(UTF_8), WriteCondition.ifAbsent()));
        LockedState locked = lock(party(), key, options());
        assertThatThrownBy(() -> write(locked, state(6))).isInstanceOf(StaleSerialException.class);
        write(locked, state(8));
        assertThat(stored(key)).contains(state(8));
    }

    @Test
    void serialAndLineageMustFollow() throws Exception {
        StateKey key = key("serial");
        Party party = party();
        LockedState locked = lock(party, key, options());
        write(locked, state(5));
        int sent = party.stateFaults().count(Operation.WRITE);
        for (String refused : List.of(
                state(4), state(5, LINEAGE, "\"a\":1"), state(6, OTHER_LINEAGE, ""), state(4, OTHER_LINEAGE, ""))) {
            assertThatThrownBy(() -> write(locked, refused)).isInstanceOf(StaleSerialException.class);
        }
        assertThat(party.stateFaults().count(Operation.WRITE)).as("writes sent").isEqualTo(sent);
        write(locked, state(5));
        write(locked, state(6));
        assertThat(stored(key)).contains(state(6));
    }

    @Test
    void whatIsNoStateFileIsStoredAsItIs() throws Exception {
        StateKey key = key("other");
        LockedState locked = lock(party(), key, options());
        for (String content : List.of("plain text", "{\"serial\":\"x\"}", "[1,2]", "{\"serial\":3", "plain text")) {
            write(locked, content);
            assertThat(stored(key)).contains(content);
        }
        assertThatThrownBy(() -> write(locked, "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDeletedStateIsGoneAndMayBeCreatedAgain() throws Exception {
        StateKey key = key("deleted");
        LockedState locked = lock(party(), key, options());
        finishRun(locked::delete);
        write(locked, state(1));
        finishRun(locked::delete);
        assertThat(stored(key)).isEmpty();
        assertThat(finish(locked::read)).isEmpty();
        finishRun(locked::delete);
        write(locked, state(1, OTHER_LINEAGE, ""));
        finishRun(locked::delete);
        finishRun(locked::close);
        assertThat(stored(key)).isEmpty();
        assertThat(inspect(party(), key)).isEmpty();
        assertThat(finish(() -> party().states().list(prefix()))).isEmpty();
    }

    @Test
    void aChangeWithoutTheLockIsNotOverwritten() throws Exception {
        StateKey key = key("outside");
        Party party = party();
        LockedState locked = lock(party, key, options());
        StateVersion base = write(locked, state(1));
        assertChangedOutside(key, base, locked.lock().info().id());
        assertThatThrownBy(() -> write(locked, state(3)))
                .isInstanceOfSatisfying(
                        StateConflictException.class,
                        e -> assertThat(e.expected()).contains(base));
        assertThatThrownBy(() -> write(locked, state(4))).isInstanceOf(IllegalStateException.class);
        assertThat(stored(key)).contains(state(2));
        assertThat(finish(locked::read).map(State::utf8)).contains(state(2));
        write(locked, state(3));
        assertThat(stored(key)).contains(state(3));
    }

    /** Somebody who ignores the lock: straight through a driver, naming the lock where the service wants that. */
    private void assertChangedOutside(StateKey key, StateVersion base, String lockId) {
        WriteOutcome outcome = openDrivers()
                .states()
                .write(new StateWrite(
                        key,
                        state(2).getBytes(UTF_8),
                        WriteCondition.ifVersion(base),
                        UUID.randomUUID().toString(),
                        Optional.of(lockId)));
        assertThat(outcome).isInstanceOf(WriteOutcome.Written.class);
    }

    @Test
    void theLockOfALockedStateIsAnOrdinaryOne() throws Exception {
        StateKey key = key("ordinary");
        LockedState locked = lock(party(), key, options().operation("apply"));
        HeldLock lock = locked.lock();
        assertThat(lock.key()).isEqualTo(key);
        assertThat(lock.info().operation()).isEqualTo("apply");
        assertThat(inspect(party(), key).orElseThrow().hasId(lock.info().id())).isTrue();
        finishRun(lock::release);
        finishRun(locked::close);
        assertThat(inspect(party(), key)).isEmpty();
    }
}
