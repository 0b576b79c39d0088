package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.statelock.StaleSerialException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Test;

class StateSuccessionTest {

    private static final StateKey KEY = StateKey.of("prod/network.tfstate");

    @Test
    void aHigherSerialOfTheSameLineageFollows() {
        assertFollows(state(10, "b3a1", ""), state(11, "b3a1", "x"));
        assertFollows(state(10, "b3a1", ""), state(Long.MAX_VALUE, "b3a1", "x"));
    }

    @Test
    void theSameBytesFollowThemselves() {
        assertFollows(state(10, "b3a1", "x"), state(10, "b3a1", "x"));
    }

    @Test
    void anEqualSerialWithOtherBytesIsRefused() {
        assertRefused(state(10, "b3a1", "x"), state(10, "b3a1", "y"))
                .withMessageContaining("prod/network.tfstate")
                .withMessageContaining("its serial is 10, as the stored state's is 10")
                .withMessageContaining("raise the serial");
    }

    @Test
    void aLowerSerialIsRefused() {
        assertRefused(state(12, "b3a1", ""), state(11, "b3a1", "x"))
                .withMessageContaining("prod/network.tfstate")
                .withMessageContaining("its serial is 11, lower than the stored state's 12")
                .withMessageContaining("Read the stored state");
    }

    @Test
    void anotherLineageIsRefusedWhateverItsSerial() {
        assertRefused(state(10, "b3a1", ""), state(11, "c4d2", ""))
                .withMessageContaining("prod/network.tfstate")
                .withMessageContaining("its lineage is c4d2, and the stored state's is b3a1")
                .withMessageContaining("Check the key");
        assertRefused(state(10, "b3a1", ""), state(11, "B3A1", ""));
        assertRefused(state(10, "b3a1", ""), state(11, "", "")).withMessageContaining("(a text of 0 characters)");
    }

    @Test
    void aLineageThatIsNoPlainTextIsNotShown() {
        assertRefused(state(10, "\\u001b[2J", ""), state(11, "x".repeat(65), ""))
                .withMessageContaining(
                        "its lineage is (a text of 65 characters), and the stored state's is (a text of 4 characters)");
    }

    @Test
    void contentThatIsNoStateFileIsNotChecked() {
        assertFollows("hello", "world");
        assertFollows("hello", state(1, "b3a1", ""));
        assertFollows(state(10, "b3a1", ""), "hello");
        assertFollows(state(10, "b3a1", ""), "{\"serial\":9}");
    }

    @Test
    void theFirstStateFollowsNothing() {
        assertThatCode(() -> StateSuccession.check(KEY, Optional.empty(), utf8(state(0, "b3a1", ""))))
                .doesNotThrowAnyException();
    }

    private static void assertFollows(String base, String next) {
        assertThatCode(() -> check(base, next)).doesNotThrowAnyException();
    }

    private static ThrowableAssertAlternative<StaleSerialException> assertRefused(String base, String next) {
        return assertThatExceptionOfType(StaleSerialException.class)
                .isThrownBy(() -> check(base, next))
                .matches(e -> e.kind() == StatelockException.Kind.CONFLICT);
    }

    private static void check(String base, String next) {
        State state = State.ofOwned(KEY, new StateVersion("v1"), utf8(base));
        StateSuccession.check(KEY, Optional.of(state), utf8(next));
    }

    private static String state(long serial, String lineage, String output) {
        return "{\"version\":4,\"serial\":" + serial + ",\"lineage\":\"" + lineage + "\",\"outputs\":{\"o\":\"" + output
                + "\"}}";
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
