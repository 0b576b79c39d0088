package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.testkit.VersionHistoryChecker.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** The check finds what it is there to find, and nothing else. */
class VersionHistoryCheckerTest {

    private static final Optional<String> ABSENT = Optional.empty();

    private final VersionHistoryChecker history = new VersionHistoryChecker();

    private void wrote(Optional<String> base, String serial, Outcome outcome) {
        history.wrote(history.begin(), base, serial, outcome);
    }

    private void read(String serial) {
        history.read(history.begin(), Optional.of(serial));
    }

    @Test
    void anOrdinaryHistoryIsLegal() {
        history.read(history.begin(), ABSENT);
        wrote(ABSENT, "1", Outcome.APPLIED);
        read("1");
        wrote(ABSENT, "x", Outcome.REFUSED);
        wrote(Optional.of("1"), "2", Outcome.APPLIED);
        wrote(Optional.of("1"), "y", Outcome.REFUSED);
        read("2");
        history.assertLegal();
        assertThat(history.applied()).isEqualTo(2);
    }

    @Test
    void twoWritesOnOneBaseAreALostUpdate() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "2", Outcome.APPLIED);
        wrote(Optional.of("1"), "3", Outcome.APPLIED);
        assertThat(history.violations()).singleElement().asString().contains("both applied on 1");
        assertThatThrownBy(history::assertLegal).isInstanceOf(AssertionError.class);
    }

    @Test
    void aReadOfAReplacedVersionIsStale() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "2", Outcome.APPLIED);
        read("1");
        assertThat(history.violations()).isNotEmpty();
    }

    @Test
    void aReadThatBeganBeforeTheWriteEndedMaySeeEither() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        long writing = history.begin();
        long reading = history.begin();
        read("1");
        history.wrote(writing, Optional.of("1"), "2", Outcome.APPLIED);
        history.read(reading, Optional.of("1"));
        read("2");
        history.assertLegal();
    }

    @Test
    void aReadBackInTimeIsFoundThoughTheWriteIsStillUnderWay() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        long writing = history.begin();
        read("2");
        read("1");
        history.wrote(writing, Optional.of("1"), "2", Outcome.APPLIED);
        assertThat(history.violations()).isNotEmpty();
    }

    @Test
    void aVersionThatWasReadBeforeItWasWrittenIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        read("2");
        wrote(Optional.of("1"), "2", Outcome.APPLIED);
        assertThat(history.violations()).isNotEmpty();
    }

    @Test
    void aVersionThatNobodyWroteIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        read("7");
        assertThat(history.violations()).singleElement().asString().contains("never written");
    }

    @Test
    void aWriteOnABaseThatNeverWasIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("7"), "8", Outcome.APPLIED);
        assertThat(history.violations()).singleElement().asString().contains("never the newest");
    }

    @Test
    void aRefusedWriteThatIsReadIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "2", Outcome.REFUSED);
        read("2");
        assertThat(history.violations()).isNotEmpty();
    }

    @Test
    void aWriteThatWasAppliedTwiceIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "2", Outcome.APPLIED);
        read("2");
        read("1"); // the first write came again
        read("2");
        assertThat(history.violations()).isNotEmpty();
    }

    @Test
    void aRefusalWithoutReasonIsFound() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "2", Outcome.REFUSED);
        assertThat(history.violations()).singleElement().asString().contains("although 1 was the newest");
    }

    @Test
    void anUnknownWriteMayOrMayNotHaveHappened() {
        wrote(ABSENT, "1", Outcome.APPLIED);
        wrote(Optional.of("1"), "never", Outcome.UNKNOWN);
        wrote(Optional.of("1"), "2", Outcome.UNKNOWN);
        wrote(Optional.of("2"), "3", Outcome.UNKNOWN);
        wrote(Optional.of("1"), "x", Outcome.REFUSED);
        read("3");
        history.assertLegal();
    }

    /** Many threads on a register that compares and sets, and on one that only seems to. */
    @Test
    void aCorrectRegisterPassesAndARacyOneDoesNot() throws Exception {
        assertThat(violationsOf(true)).isEmpty();
        assertThat(violationsOf(false)).isNotEmpty();
    }

    private static boolean looksAndSets(AtomicInteger register, int base, int next) {
        boolean same = register.get() == base;
        LockSupport.parkNanos(1000);
        return same && register.getAndSet(next) >= 0;
    }

    private static List<String> violationsOf(boolean correct) throws Exception {
        VersionHistoryChecker history = new VersionHistoryChecker();
        AtomicInteger register = new AtomicInteger();
        List<Call<Boolean>> calls = new ArrayList<>();
        for (int thread = 1; thread <= 4; thread++) {
            int first = thread * 1000;
            calls.add(Call.start(() -> {
                for (int serial = first; serial < first + 200; serial++) {
                    long reading = history.begin();
                    int base = register.get();
                    Optional<String> seen = base == 0 ? ABSENT : Optional.of(Integer.toString(base));
                    history.read(reading, seen);
                    long writing = history.begin();
                    boolean applied =
                            correct ? register.compareAndSet(base, serial) : looksAndSets(register, base, serial);
                    Outcome outcome = applied ? Outcome.APPLIED : Outcome.REFUSED;
                    history.wrote(writing, seen, Integer.toString(serial), outcome);
                }
                return true;
            }));
        }
        for (Call<Boolean> call : calls) {
            assertThat(call.result()).isTrue();
        }
        return history.violations();
    }
}
