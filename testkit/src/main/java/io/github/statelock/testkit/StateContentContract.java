package io.github.statelock.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.HeldLock;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reading, writing, deleting, listing, history: one writer at a time. */
abstract class StateContentContract extends ContractScenario {

    final StateVersion write(Party party, StateKey key, String content, WriteCondition condition) throws Exception {
        return finish(() -> party.states().write(key, content.getBytes(UTF_8), condition));
    }

    final Optional<State> read(Party party, StateKey key) throws Exception {
        return finish(() -> party.states().read(key));
    }

    final void assertContent(StateKey key, String content) throws Exception {
        assertThat(read(party(), key).map(State::utf8)).contains(content);
    }

    final void delete(Party party, StateKey key, WriteCondition condition) throws Exception {
        finishRun(() -> party.states().delete(key, condition));
    }

    @Test
    void anAbsentStateReadsAsEmpty() throws Exception {
        Party party = party();
        StateKey key = key("absent");
        assertThat(read(party, key)).isEmpty();
        assertThat(finish(() -> party.states().history(key))).isEmpty();
        assertThat(finish(() -> party.states().list(prefix()))).isEmpty();
        delete(party, key, WriteCondition.unconditional());
        assertThatThrownBy(() -> write(party, key, "x", WriteCondition.ifVersion(new StateVersion("1"))))
                .isInstanceOfSatisfying(
                        StateConflictException.class,
                        e -> assertThat(e.actual()).isEmpty());
        assertThat(read(party, key)).isEmpty();
    }

    @Test
    void anEmptyObjectReadsAsAbsentAndIsReplacedAsAbsent() throws Exception {
        StateKey key = key("empty");
        putEmptyState(key);
        Party party = party();
        assertThat(read(party, key)).isEmpty();
        write(party, key, "first", WriteCondition.ifAbsent());
        assertContent(key, "first");
    }

    @Test
    void zeroBytesAreNeverWritten() throws Exception {
        StateKey key = key("zero");
        Party party = party();
        assertThatThrownBy(() -> write(party, key, "", WriteCondition.ifAbsent()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(read(party, key)).isEmpty();
        assertThat(party.stateFaults().count(FaultyStateDriver.Operation.WRITE)).isZero();
    }

    @Test
    void whatIsWrittenIsReadByEverybodyInThatVersion() throws Exception {
        StateKey key = key("round-trip");
        StateVersion written = write(party(), key, "{\"serial\":1}", WriteCondition.ifAbsent());
        State state = read(party(), key).orElseThrow();
        assertThat(state.utf8()).isEqualTo("{\"serial\":1}");
        assertThat(state.version()).isEqualTo(written);
        assertThat(state.key()).isEqualTo(key);
        assertThat(read(party(), key).orElseThrow().version()).isEqualTo(written);
    }

    @Test
    void twentyMegabytesOfAnythingComeBackAsTheyWere() throws Exception {
        StateKey key = key("large");
        byte[] content = new byte[20 << 20];
        new Random(20).nextBytes(content);
        Party party = party();
        finish(() -> party.states().write(key, content, WriteCondition.ifAbsent()));
        byte[] read = read(party(), key).orElseThrow().bytes();
        assertThat(Arrays.equals(read, content)).isTrue();
    }

    @Test
    void everyByteAndOneByteComeBackAsTheyWere() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Party party = party();
        for (byte[] content : List.of(all, new byte[] {0}, "\ufeff{}\r\n".getBytes(UTF_8))) {
            StateKey key = key("bytes/" + content.length);
            finish(() -> party.states().write(key, content, WriteCondition.ifAbsent()));
            assertThat(read(party(), key).orElseThrow().bytes()).isEqualTo(content);
        }
    }

    @Test
    void aStateAboveTheCapIsRefusedBeforeItIsSent() throws Exception {
        StateKey key = key("cap");
        Party party = party(options -> options.maxStateBytes(1000));
        finish(() -> party.states().write(key, new byte[1000], WriteCondition.ifAbsent()));
        assertThatThrownBy(
                        () -> finish(() -> party.states().write(key, new byte[1001], WriteCondition.unconditional())))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("1001")
                .hasMessageContaining("1000");
        assertThat(read(party(), key).orElseThrow().size()).isEqualTo(1000);
    }

    @Test
    void aWriteOnAnotherBaseIsRefusedNamingBothVersions() throws Exception {
        StateKey key = key("base");
        Party one = party();
        Party two = party();
        StateVersion first = write(one, key, "1", WriteCondition.ifAbsent());
        StateVersion second = write(two, key, "2", WriteCondition.ifVersion(first));
        assertThat(second).isNotEqualTo(first);
        assertThatThrownBy(() -> write(one, key, "lost", WriteCondition.ifVersion(first)))
                .isInstanceOfSatisfying(StateConflictException.class, e -> {
                    assertThat(e.expected()).contains(first);
                    assertThat(e.actual()).contains(second);
                });
        assertThatThrownBy(() -> write(one, key, "lost", WriteCondition.ifAbsent()))
                .isInstanceOfSatisfying(StateConflictException.class, e -> {
                    assertThat(e.expected()).isEmpty();
                    assertThat(e.actual()).contains(second);
                });
        assertContent(key, "2");
    }

    @Test
    void theSameBytesAgainAreAnotherVersion() throws Exception {
        StateKey key = key("same-bytes");
        Party party = party();
        StateVersion first = write(party, key, "same", WriteCondition.ifAbsent());
        StateVersion second = write(party, key, "same", WriteCondition.ifVersion(first));
        if (versionsAreContent()) {
            assertThat(second).isEqualTo(first);
            return;
        }
        assertThatThrownBy(() -> write(party, key, "other", WriteCondition.ifVersion(first)))
                .isInstanceOf(StateConflictException.class);
        write(party, key, "next", WriteCondition.ifVersion(second));
        assertContent(key, "next");
    }

    @Test
    void anUnconditionalWriteWins() throws Exception {
        StateKey key = key("unconditional");
        write(party(), key, "1", WriteCondition.unconditional());
        write(party(), key, "2", WriteCondition.unconditional());
        assertContent(key, "2");
    }

    @Test
    void aDeleteIsConditionalToo() throws Exception {
        StateKey key = key("deleted");
        Party party = party();
        StateVersion first = write(party, key, "1", WriteCondition.ifAbsent());
        StateVersion second = write(party, key, "2", WriteCondition.ifVersion(first));
        assertThatThrownBy(() -> delete(party, key, WriteCondition.ifVersion(first)))
                .isInstanceOfSatisfying(
                        StateConflictException.class,
                        e -> assertThat(e.actual()).contains(second));
        assertContent(key, "2");
        delete(party, key, WriteCondition.ifVersion(second));
        assertThat(read(party, key)).isEmpty();
        assertThat(finish(() -> party.states().list(prefix()))).isEmpty();
        delete(party, key, WriteCondition.ifVersion(second));
        assertThatThrownBy(() -> write(party, key, "late", WriteCondition.ifVersion(second)))
                .isInstanceOfSatisfying(
                        StateConflictException.class,
                        e -> assertThat(e.actual()).isEmpty());
        StateVersion again = write(party, key, "again", WriteCondition.ifAbsent());
        assertThat(again).isNotIn(first, second);
        assertContent(key, "again");
    }

    @Test
    void aListShowsTheKeysOfStatesAlone() throws Exception {
        Party party = party();
        for (String name : List.of("list/b", "list/a", "list/a/deep", "other/c")) {
            write(party, key(name), name, WriteCondition.ifAbsent());
        }
        HeldLock lock = hold(party, key("list/a"), options().fencing(true));
        hold(party, key("list/locked-only"), options());
        assertThat(finish(() -> party.states().list(prefix() + "list/")))
                .containsExactly(key("list/a"), key("list/a/deep"), key("list/b"));
        assertThat(finish(() -> party.states().list(prefix() + "list/a")))
                .containsExactly(key("list/a"), key("list/a/deep"));
        assertThat(finish(() -> party.states().list(prefix() + "none"))).isEmpty();
        finishRun(lock::release);
    }

    @Test
    void aListOfManyPagesIsComplete() throws Exception {
        Party party = party();
        List<StateKey> keys = new ArrayList<>();
        for (int i = 0; i < keysToList(); i++) {
            keys.add(key("many/" + i));
        }
        List<Call<Boolean>> writers = new ArrayList<>();
        for (int share = 0; share < 4; share++) {
            int first = share;
            writers.add(Call.start(() -> {
                for (int i = first; i < keys.size(); i += 4) {
                    party.states().write(keys.get(i), new byte[] {1}, WriteCondition.unconditional());
                }
                return true;
            }));
        }
        for (Call<Boolean> writer : writers) {
            assertThat(writer.result()).isTrue();
        }
        Collections.sort(keys);
        assertThat(finish(() -> party.states().list(prefix() + "many/"))).isEqualTo(keys);
    }

    @Test
    void historyShowsTheVersionsThatCanBeReadTheNewestFirst() throws Exception {
        StateKey key = key("history");
        Party party = party();
        StateVersion one = write(party, key, "1", WriteCondition.ifAbsent());
        StateVersion two = write(party, key, "22", WriteCondition.ifVersion(one));
        StateVersion three = write(party, key, "333", WriteCondition.ifVersion(two));
        List<StateStore.Revision> history = finish(() -> party.states().history(key));
        List<StateVersion> expected = keepsHistory() ? List.of(three, two, one) : List.of(three);
        assertThat(history).extracting(StateStore.Revision::version).containsExactlyElementsOf(expected);
        assertThat(history.get(0).size()).isEqualTo(3);
        assertThat(finish(() -> party.states().read(key, three)).map(State::utf8))
                .contains("333");
        assertThat(finish(() -> party.states().read(key, one)).map(State::utf8))
                .isEqualTo(keepsHistory() ? Optional.of("1") : Optional.empty());
        assertThat(finish(() -> party.states().read(key, new StateVersion("0"))))
                .isEmpty();
    }

    @Test
    void keysThatLookAlikeAreStoredApart() throws Exception {
        Party party = party();
        for (List<String> alike : Keys.ALIKE) {
            for (String name : alike) {
                write(party, key(name), "of " + name, WriteCondition.ifAbsent());
            }
            for (String name : alike) {
                assertContent(key(name), "of " + name);
            }
        }
        List<StateKey> all = Keys.ALIKE.stream()
                .flatMap(List::stream)
                .map(this::key)
                .sorted()
                .toList();
        assertThat(finish(() -> party.states().list(prefix()))).isEqualTo(all);
    }

    @Test
    void unusualKeysAreStoredAndListed() throws Exception {
        Party party = party();
        List<StateKey> keys = Keys.unusual(prefix());
        for (StateKey key : keys) {
            StateVersion version = write(party, key, key.value(), WriteCondition.ifAbsent());
            assertThat(read(party, key).orElseThrow().version()).isEqualTo(version);
        }
        assertThat(finish(() -> party.states().list(prefix())))
                .containsExactlyElementsOf(keys.stream().sorted().toList());
        for (StateKey key : keys) {
            delete(party, key, WriteCondition.unconditional());
        }
        assertThat(finish(() -> party.states().list(prefix()))).isEmpty();
    }

    @Test
    void invalidKeysAreRefusedWithTheirReason() {
        for (String invalid : Keys.REFUSED) {
            assertThatThrownBy(() -> StateKey.of(invalid))
                    .as(invalid)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Invalid state key");
        }
    }
}
