package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every state under a lock keeps: it is written only while the lock is held and only on the version read under it; serial
 * and lineage follow; and whatever a former holder still sends changes nothing of its successor's.
 *
 * <p>JUnit makes one instance per test; each is used by the threads that its test starts.
 */
public abstract class LockedStateContract extends BorrowedStateContract {

    /** For leaves. */
    protected LockedStateContract() {}

    @Test
    void aLostLocksWriteIsRefusedBeforeItIsSent() throws Exception {
        StateKey key = key("lost");
        Party party = party();
        LockedState locked = lock(party, key, options());
        write(locked, state(1));
        int sent = party.stateFaults().count();
        finish(() -> party.locks().forceUnlock(key, locked.lock().info().id()));
        assertThatThrownBy(() -> write(locked, state(2))).isInstanceOf(LockLostException.class);
        assertThatThrownBy(() -> finishRun(locked::delete)).isInstanceOf(LockLostException.class);
        assertThat(party.stateFaults().count()).as("requests").isEqualTo(sent);
        assertThat(stored(key)).contains(state(1));
        assertThatThrownBy(() -> finishRun(locked::close)).isInstanceOf(LockLostException.class);
    }

    @Test
    void aReleasedLocksWriteIsRefused() throws Exception {
        StateKey key = key("closed");
        LockedState locked = lock(party(), key, options());
        write(locked, state(1));
        finishRun(locked::close);
        assertThatThrownBy(() -> write(locked, state(2))).isInstanceOf(IllegalStateException.class);
        assertThat(stored(key)).contains(state(1));
    }

    /** The holder passes its own check, then stands still for longer than its lease, with the write on its way. */
    @Test
    void theWriteOfAPausedFormerHolderIsRefusedByTheStore() throws Exception {
        StateKey key = key("paused-write");
        Former former = formerHolder(key, Operation.WRITE);
        assertThat(stored(key)).contains(state(2));
        former.request().letGo();
        time().await("end of the former holder's write", former.call()::isDone);
        assertRefused(former.call());
        assertThat(stored(key)).contains(state(2));
        write(former.successor(), state(3));
        assertThat(stored(key)).contains(state(3));
        finishRun(former.successor()::close);
        assertThat(stored(key)).contains(state(3));
    }

    @Test
    void theDeleteOfAPausedFormerHolderIsRefusedByTheStore() throws Exception {
        StateKey key = key("paused-delete");
        Former former = formerHolder(key, Operation.DELETE);
        former.request().letGo();
        time().await("end of the former holder's delete", former.call()::isDone);
        assertRefused(former.call());
        assertThat(stored(key)).contains(state(2));
        write(former.successor(), state(3));
        finishRun(former.successor()::close);
        assertThat(stored(key)).contains(state(3));
    }

    private record Former(ArmedFault request, Call<?> call, LockedState successor) {}

    /** A holder whose change hangs on its way while its lock goes to a successor, who writes serial 2. */
    private Former formerHolder(StateKey key, Operation operation) throws Exception {
        Party party = party();
        LockedState locked = lock(party, key, options());
        write(locked, state(1));
        ArmedFault request = party.stateFaults().arm(operation, Fault.HANG_BEFORE);
        Call<Boolean> call = Call.start(() -> {
            if (operation == Operation.WRITE) {
                locked.write(state(2, LINEAGE, "\"former\":1").getBytes(UTF_8));
            } else {
                locked.delete();
            }
            return true;
        });
        request.awaitFired();
        party.lockFaults().cutOff();
        Party heir = party();
        LockedState successor;
        if (supportsLeases()) {
            successor = lock(heir, key, options().waitUpTo(Duration.ofMinutes(2)));
            assertThat(locked.lock().status()).isEqualTo(LockStatus.LOST);
        } else {
            finish(() -> heir.locks().forceUnlock(key, locked.lock().info().id()));
            successor = lock(heir, key, options());
        }
        assertThat(finish(successor::read).map(State::utf8)).contains(state(1));
        write(successor, state(2));
        return new Former(request, call, successor);
    }

    private static void assertRefused(Call<?> call) {
        assertThatThrownBy(call::result)
                .isInstanceOfAny(StateConflictException.class, OutcomeUnknownException.class, LockLostException.class);
    }

    @Test
    void anUnansweredWriteIsNotBuiltUpon() throws Exception {
        StateKey key = key("unanswered");
        Party party = party(options -> options.transferTimeout(Duration.ofSeconds(3)));
        LockedState locked = lock(party, key, lasting());
        write(locked, state(1));
        ArmedFault cut = party.stateFaults().arm(Operation.WRITE, Fault.CUT, Integer.MAX_VALUE);
        assertThatThrownBy(() -> write(locked, state(2))).isInstanceOf(OutcomeUnknownException.class);
        cut.assertFired();
        cut.disarm();
        assertThatThrownBy(() -> write(locked, state(3))).isInstanceOf(IllegalStateException.class);
        assertThat(finish(locked::read).map(State::utf8)).contains(state(1));
        write(locked, state(2));
        assertThat(stored(key)).contains(state(2));
    }

    @Test
    void aLossIsToldBesidesTheErrorOfTheBody() throws Exception {
        StateKey key = key("suppressed");
        Party party = party();
        assertThatThrownBy(() -> finish(() -> {
                    try (LockedState locked =
                            party.backend().lock(key, options().build())) {
                        party.locks().forceUnlock(key, locked.lock().info().id());
                        throw new IllegalArgumentException("thrown by the test's body");
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasAtLeastOneElementOfType(LockLostException.class));
    }

    @Test
    void noIncrementOfManyIsLost() throws Exception {
        StateKey key = key("increments");
        AtomicInteger turns = new AtomicInteger(contendedTurns());
        LockOptions options = lasting().waitUpTo(ContractTime.LIMIT).build();
        List<Call<Integer>> calls = new ArrayList<>();
        List<Party> parties = List.of(realTimeParty(), realTimeParty());
        for (int i = 0; i < 4; i++) {
            Party party = parties.get(i % 2);
            calls.add(Call.start(() -> increment(party, key, options, turns)));
        }
        int done = 0;
        for (Call<Integer> call : calls) {
            done += call.result();
        }
        assertThat(done).isEqualTo(contendedTurns());
        assertThat(stored(key)).contains(state(done));
    }

    private static int increment(Party party, StateKey key, LockOptions options, AtomicInteger turns)
            throws InterruptedException {
        int done = 0;
        while (turns.getAndDecrement() > 0) {
            try (LockedState locked = party.backend().lock(key, options)) {
                int serial = locked.read().map(LockedStateContract::serial).orElse(0);
                locked.write(state(serial + 1).getBytes(UTF_8));
                done++;
            }
        }
        return done;
    }

    private static int serial(State state) {
        String text = state.utf8();
        int start = text.indexOf("\"serial\":") + "\"serial\":".length();
        return Integer.parseInt(text.substring(start, text.indexOf(',', start)));
    }
}
