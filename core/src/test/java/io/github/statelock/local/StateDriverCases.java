package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.WriteOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What both state drivers do. */
abstract class StateDriverCases {

    static final StateKey KEY = StateKey.of("prod/network");

    private StateDriver driver;

    abstract StateDriver newDriver();

    @BeforeEach
    void open() {
        driver = newDriver();
    }

    static StateWrite write(String content, WriteCondition condition) {
        return write(KEY, content, condition);
    }

    static StateWrite write(StateKey key, String content, WriteCondition condition) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return new StateWrite(key, bytes, condition, UUID.randomUUID().toString(), Optional.empty());
    }

    static StateVersion written(WriteOutcome outcome) {
        assertThat(outcome).isInstanceOf(WriteOutcome.Written.class);
        return ((WriteOutcome.Written) outcome).version();
    }

    private Optional<String> stored(StateKey key) {
        return driver.read(key).map(stored -> stored.state().utf8());
    }

    @Test
    void aWriteComesBackWithItsWriteIdAndVersion() {
        StateWrite write = write("one", WriteCondition.ifAbsent());
        StateVersion version = written(driver.write(write));

        assertThat(driver.read(KEY)).hasValueSatisfying(stored -> {
            assertThat(stored.state().utf8()).isEqualTo("one");
            assertThat(stored.state().version()).isEqualTo(version);
            assertThat(stored.writeId()).contains(write.writeId());
        });
    }

    @Test
    void aWriteOnAnOldBaseIsRefused() {
        StateVersion one = written(driver.write(write("one", WriteCondition.ifAbsent())));
        written(driver.write(write("two", WriteCondition.ifVersion(one))));

        assertThat(driver.write(write("late", WriteCondition.ifVersion(one)))).isEqualTo(new WriteOutcome.Refused());
        assertThat(driver.write(write("late", WriteCondition.ifAbsent()))).isEqualTo(new WriteOutcome.Refused());
        assertThat(driver.delete(write("", WriteCondition.ifVersion(one)))).isEqualTo(new WriteOutcome.Refused());
        assertThat(stored(KEY)).contains("two");
    }

    @Test
    void aVersionOfAnAbsentStateIsNoBase() {
        assertThat(driver.write(write("one", WriteCondition.ifVersion(new StateVersion("1")))))
                .isEqualTo(new WriteOutcome.Refused());
        assertThat(driver.read(KEY)).isEmpty();
        assertThat(driver.list("")).isEmpty();
    }

    @Test
    void twoWritersOfTheSameBytesFromOneBaseDoNotBothWin() {
        StateVersion base = written(driver.write(write("base", WriteCondition.ifAbsent())));
        List<WriteOutcome> outcomes = IntStream.range(0, 16)
                .parallel()
                .mapToObj(i -> driver.write(write("same", WriteCondition.ifVersion(base))))
                .toList();

        assertThat(outcomes.stream().filter(WriteOutcome.Written.class::isInstance))
                .hasSize(1);
        assertThat(outcomes.stream().filter(WriteOutcome.Refused.class::isInstance))
                .hasSize(15);
    }

    @Test
    void theSameBytesAgainAreAnotherVersion() {
        StateVersion one = written(driver.write(write("same", WriteCondition.ifAbsent())));
        StateVersion two = written(driver.write(write("same", WriteCondition.ifVersion(one))));
        driver.delete(write("", WriteCondition.ifVersion(two)));
        StateVersion three = written(driver.write(write("same", WriteCondition.ifAbsent())));

        assertThat(List.of(one, two, three)).doesNotHaveDuplicates();
        assertThat(driver.write(write("late", WriteCondition.ifVersion(one)))).isEqualTo(new WriteOutcome.Refused());
    }

    @Test
    void deletingKeepsTheHistoryAndIsRepeatable() {
        StateVersion one = written(driver.write(write("one", WriteCondition.ifAbsent())));

        assertThat(driver.delete(write("", WriteCondition.ifVersion(one)))).isEqualTo(new WriteOutcome.Deleted());
        assertThat(driver.read(KEY)).isEmpty();
        assertThat(driver.list("")).isEmpty();
        assertThat(driver.read(KEY, one).map(State::utf8)).contains("one");
        assertThat(driver.history(KEY)).extracting(StateStore.Revision::version).containsExactly(one);
        assertThat(driver.delete(write("", WriteCondition.ifVersion(one)))).isEqualTo(new WriteOutcome.Deleted());
        assertThat(driver.delete(write(StateKey.of("never"), "", WriteCondition.unconditional())))
                .isEqualTo(new WriteOutcome.Deleted());
    }

    @Test
    void theLastTenVersionsCanBeRead() {
        List<StateVersion> versions = new ArrayList<>();
        for (int i = 1; i <= 13; i++) {
            versions.add(0, written(driver.write(write("content " + i, WriteCondition.unconditional()))));
        }
        assertThat(driver.keepsHistory()).isTrue();
        assertThat(driver.history(KEY)).extracting(StateStore.Revision::version).isEqualTo(versions.subList(0, 10));
        assertThat(driver.history(KEY).get(9).size()).isEqualTo("content 4".length());
        assertThat(driver.read(KEY, versions.get(9)).map(State::utf8)).contains("content 4");
        assertThat(driver.read(KEY, versions.get(10))).isEmpty();
        assertThat(driver.history(StateKey.of("never"))).isEmpty();
    }

    @Test
    void keysThatLookAlikeHaveTheirOwnStates() {
        List<String> keys = List.of(
                "a",
                "A",
                "a/b",
                "a/B",
                "a%2fb",
                "\u00e9",
                "e\u0301",
                "x".repeat(900),
                "X".repeat(900),
                "ü/".repeat(200) + "z",
                "state",
                "key",
                "a b",
                ".hidden",
                "con");
        for (String key : keys) {
            written(driver.write(write(StateKey.of(key), "of " + key, WriteCondition.ifAbsent())));
        }
        for (String key : keys) {
            assertThat(stored(StateKey.of(key))).contains("of " + key);
        }
        List<String> ordered = new ArrayList<>(keys);
        Collections.sort(ordered);
        assertThat(driver.list("").stream().map(StateKey::value)).isEqualTo(ordered);
        assertThat(driver.list("a/").stream().map(StateKey::value)).containsExactly("a/B", "a/b");
    }

    @Test
    void twentyMebibytesComeBackAsTheyWere() {
        byte[] content = new byte[20 << 20];
        new Random(7).nextBytes(content);
        StateWrite write = new StateWrite(KEY, content, WriteCondition.ifAbsent(), "w", Optional.empty());
        written(driver.write(write));

        assertThat(driver.read(KEY).orElseThrow().state().bytes()).isEqualTo(content);
    }
}
