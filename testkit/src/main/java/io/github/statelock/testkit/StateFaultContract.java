package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.FaultyStateDriver.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Several writers, and requests and answers that get lost: nothing is overwritten unseen, nothing is claimed wrongly. */
abstract class StateFaultContract extends StateContentContract {

    private static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(8);
    private static final List<Fault> PASSING = List.of(
            Fault.CUT,
            Fault.LOST_ANSWER,
            Fault.TWICE,
            Fault.LATE,
            Fault.HANG_BEFORE,
            Fault.HANG_AFTER,
            Fault.THROTTLED);

    private Party impatientParty() {
        return party(options -> options.transferTimeout(TRANSFER_TIMEOUT).callTimeout(Duration.ofSeconds(3)));
    }

    @Test
    void aWriteThatSuffersAFaultIsAppliedOnce() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("write/" + fault);
            Party party = impatientParty();
            StateVersion base = write(party, key, "base", WriteCondition.ifAbsent());
            ArmedFault armed = party.stateFaults().arm(Operation.WRITE, fault);
            StateVersion written = write(party, key, "next", WriteCondition.ifVersion(base));
            armed.assertFired();
            assertThat(read(party(), key).orElseThrow().version()).isEqualTo(written);
            StateVersion later = write(party(), key, "later", WriteCondition.ifVersion(written));
            armed.letGo(); // what was on its way arrives now, on a base that is gone
            time().pass(Duration.ofSeconds(1));
            assertThat(read(party(), key).orElseThrow().version())
                    .as("after late " + fault)
                    .isEqualTo(later);
            assertContent(key, "later");
        });
    }

    @Test
    void aFirstWriteThatSuffersAFaultIsAppliedOnce() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("create/" + fault);
            Party party = impatientParty();
            ArmedFault armed = party.stateFaults().arm(Operation.WRITE, fault);
            StateVersion written = write(party, key, "first", WriteCondition.ifAbsent());
            armed.assertFired();
            armed.letGo();
            time().pass(Duration.ofSeconds(1));
            assertThat(read(party(), key).orElseThrow().version()).isEqualTo(written);
            assertContent(key, "first");
        });
    }

    @Test
    void aDeleteThatSuffersAFaultIsApplied() throws Exception {
        each(PASSING, fault -> {
            StateKey key = key("delete/" + fault);
            Party party = impatientParty();
            StateVersion base = write(party, key, "base", WriteCondition.ifAbsent());
            ArmedFault armed = party.stateFaults().arm(Operation.DELETE, fault);
            delete(party, key, WriteCondition.ifVersion(base));
            armed.assertFired();
            assertThat(read(party(), key)).isEmpty();
            StateVersion again = write(party(), key, "again", WriteCondition.ifAbsent());
            armed.letGo();
            time().pass(Duration.ofSeconds(1));
            assertThat(read(party(), key).orElseThrow().version())
                    .as("after late " + fault)
                    .isEqualTo(again);
        });
    }

    /** Both compute the same bytes from the same base: a hash of the content tells neither who won. */
    @Test
    void oneOfTwoWritersOfTheSameBytesIsAppliedAndTheOtherConflicts() throws Exception {
        StateKey key = key("twins");
        Party slow = party();
        Party quick = party();
        StateVersion base = write(slow, key, "base", WriteCondition.ifAbsent());
        ArmedFault hang = slow.stateFaults().arm(Operation.WRITE, Fault.HANG_BEFORE);
        Call<StateVersion> late = Call.start(
                () -> slow.states().write(key, "same bytes".getBytes(UTF_8), WriteCondition.ifVersion(base)));
        hang.awaitFired();
        StateVersion won = write(quick, key, "same bytes", WriteCondition.ifVersion(base));
        hang.letGo();
        assertThatThrownBy(() -> finish(late))
                .isInstanceOfSatisfying(
                        StateConflictException.class,
                        e -> assertThat(e.actual()).contains(won));
    }

    @Test
    void oneOfManyWritersOfTheSameBytesIsApplied() throws Exception {
        for (int round = 0; round < Math.max(1, contendedTurns() / 6); round++) {
            StateKey key = key("equal/" + round);
            List<Party> parties = List.of(realTimeParty(), realTimeParty());
            CyclicBarrier barrier = new CyclicBarrier(parties.size() * 2);
            List<Call<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < parties.size() * 2; i++) {
                Party party = parties.get(i / 2);
                calls.add(Call.start(() -> {
                    barrier.await();
                    try {
                        party.states().write(key, "equal".getBytes(UTF_8), WriteCondition.ifAbsent());
                        return true;
                    } catch (StateConflictException e) {
                        return false;
                    }
                }));
            }
            int applied = 0;
            for (Call<Boolean> call : calls) {
                applied += call.result() ? 1 : 0;
            }
            assertThat(applied)
                    .as("writers of round " + round + " that were told they won")
                    .isEqualTo(1);
        }
    }

    @Test
    void aWriteAppliedUnansweredAndThenReplacedIsUnknown() throws Exception {
        StateKey key = key("replaced");
        Party party = party();
        Party other = party();
        StateVersion base = write(party, key, "base", WriteCondition.ifAbsent());
        ArmedFault lost = party.stateFaults().arm(Operation.WRITE, Fault.LOST_ANSWER);
        lost.whenFired(() -> {
            StateVersion mine =
                    openDrivers().states().read(key).orElseThrow().state().version();
            other.states().write(key, "theirs".getBytes(UTF_8), WriteCondition.ifVersion(mine));
        });
        assertThatThrownBy(() -> write(party, key, "mine", WriteCondition.ifVersion(base)))
                .isInstanceOf(OutcomeUnknownException.class);
        lost.assertFired();
        assertContent(key, "theirs");
    }

    @Test
    void aWriteThatWasNeverAppliedAndAnswersNothingIsUnknownOrUnavailableNeverAConflict() throws Exception {
        StateKey key = key("nothing");
        Party party = impatientParty();
        StateVersion base = write(party, key, "base", WriteCondition.ifAbsent());
        for (Fault fault : List.of(Fault.CUT, Fault.THROTTLED, Fault.HANG_BEFORE)) {
            ArmedFault armed = party.stateFaults().arm(Operation.WRITE, fault, Integer.MAX_VALUE);
            WriteCondition onBase = WriteCondition.ifVersion(base);
            Call<StateVersion> call = Call.start(() -> party.states().write(key, "mine".getBytes(UTF_8), onBase));
            assertThat(time().holdsBy(TRANSFER_TIMEOUT.plusSeconds(1), call::isDone))
                    .as("ended by its deadline")
                    .isTrue();
            assertThatThrownBy(call::result)
                    .isInstanceOf(
                            fault == Fault.THROTTLED
                                    ? BackendUnavailableException.class
                                    : OutcomeUnknownException.class);
            armed.assertFired();
            armed.disarm();
            time().pass(Duration.ofSeconds(1));
            write(party(), key, "base", WriteCondition.unconditional());
            base = read(party(), key).orElseThrow().version();
        }
    }

    @Test
    void aStoreThatDoesNotServeAtAllIsUnavailableLongBeforeTheTransferTimeout() throws Exception {
        StateKey key = key("not-served");
        Duration callTimeout = Duration.ofSeconds(2);
        Party party = party(options -> options.callTimeout(callTimeout));
        for (Operation operation : List.of(Operation.WRITE, Operation.READ)) {
            party.stateFaults().arm(operation, Fault.THROTTLED, Integer.MAX_VALUE);
        }
        long start = time().nanos();
        assertThatThrownBy(() -> write(party, key, "mine", WriteCondition.ifAbsent()))
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(time().since(start))
                .isBetween(
                        callTimeout, callTimeout.multipliedBy(2).plusSeconds(3).plus(time().slack()));
        party.stateFaults().assertAllFired();
        party.recover();
        write(party, key, "mine", WriteCondition.ifAbsent());
    }

    @Test
    void aDeniedWriteIsDenied() throws Exception {
        StateKey key = key("denied");
        Party party = party();
        StateVersion base = write(party, key, "base", WriteCondition.ifAbsent());
        for (Operation operation : List.of(Operation.WRITE, Operation.DELETE, Operation.READ)) {
            party.stateFaults().arm(operation, Fault.DENIED);
        }
        assertThatThrownBy(() -> write(party, key, "next", WriteCondition.ifVersion(base)))
                .isInstanceOf(BackendDeniedException.class);
        assertThatThrownBy(() -> delete(party, key, WriteCondition.ifVersion(base)))
                .isInstanceOf(BackendDeniedException.class);
        assertThatThrownBy(() -> read(party, key)).isInstanceOf(BackendDeniedException.class);
        party.stateFaults().assertAllFired();
        assertContent(key, "base");
    }

    @Test
    void everyCallEndsWhenTheStoreAnswersNothing() throws Exception {
        StateKey key = key("silent");
        StateVersion any = new StateVersion("1");
        List<Consumer<StateStore>> calls = List.of(
                states -> states.read(key),
                states -> states.write(key, new byte[] {1}, WriteCondition.ifAbsent()),
                states -> states.delete(key, WriteCondition.ifVersion(any)),
                states -> states.list(prefix()),
                states -> states.history(key),
                states -> states.read(key, any));
        for (Consumer<StateStore> silent : calls) {
            Party party = impatientParty();
            for (Operation operation : Operation.values()) {
                party.stateFaults().arm(operation, Fault.HANG_BEFORE, Integer.MAX_VALUE);
            }
            Call<Boolean> call = Call.start(() -> {
                silent.accept(party.states());
                return true;
            });
            assertThat(time().holdsBy(TRANSFER_TIMEOUT.plusSeconds(1), call::isDone))
                    .as("ended by its deadline")
                    .isTrue();
            assertThatThrownBy(call::result).isInstanceOf(StatelockException.class);
            assertThat(party.stateFaults().count()).as("requests that hung").isPositive();
        }
    }

    @Test
    void whatManyWritersAndReadersSawCouldHaveHappenedInOneOrder() throws Exception {
        StateKey key = key("linear");
        VersionHistoryChecker history = new VersionHistoryChecker();
        List<Party> parties = List.of(realTimeParty(), realTimeParty());
        List<Call<Boolean>> calls = new ArrayList<>();
        int turns = Math.max(4, contendedTurns() / 3);
        for (int writer = 0; writer < 6; writer++) {
            Party party = parties.get(writer % parties.size());
            Random random = new Random(writer);
            String name = "w" + writer + "-";
            calls.add(Call.start(() -> {
                for (int turn = 0; turn < turns; turn++) {
                    oneTurn(party, key, name + turn, random, history);
                }
                return true;
            }));
        }
        for (Call<Boolean> call : calls) {
            assertThat(call.result()).isTrue();
        }
        assertThat(history.applied()).isGreaterThanOrEqualTo(turns / 4);
        history.assertLegal();
    }

    /**
     * Reads, then writes on what was read, with a fault now and then. No request is doubled here: a writer that hears only
     * the second answer, a refusal, and finds its version replaced, is told of a conflict; so drivers keep their clients
     * from sending a write again on their own.
     */
    private static void oneTurn(
            Party party, StateKey key, String serial, Random random, VersionHistoryChecker history) {
        if (random.nextInt(4) == 0) {
            Fault[] faults = {Fault.CUT, Fault.LOST_ANSWER};
            party.stateFaults().arm(Operation.WRITE, faults[random.nextInt(faults.length)]);
        }
        long reading = history.begin();
        Optional<State> base = party.states().read(key);
        Optional<String> baseSerial = base.map(State::utf8);
        history.read(reading, baseSerial);
        long writing = history.begin();
        WriteCondition condition =
                base.map(b -> WriteCondition.ifVersion(b.version())).orElse(WriteCondition.ifAbsent());
        try {
            party.states().write(key, serial.getBytes(UTF_8), condition);
            history.wrote(writing, baseSerial, serial, VersionHistoryChecker.Outcome.APPLIED);
        } catch (StateConflictException e) {
            history.wrote(writing, baseSerial, serial, VersionHistoryChecker.Outcome.REFUSED);
        } catch (OutcomeUnknownException e) {
            history.wrote(writing, baseSerial, serial, VersionHistoryChecker.Outcome.UNKNOWN);
        }
    }
}
