package io.github.statelock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateKeyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "a/b",
                "prod/network.tfstate",
                "env:/staging/terraform.tfstate",
                " leading, inner and trailing ",
                "caf\u00e9", // NFC
                "cafe\u0301", // NFD: another key
                "\ud83d\ude80/\ud83c\udf0d.tfstate",
                "...a",
                ".hidden/.also",
                "a.b.c",
                "100%/a+b&c=d?e#f",
                "C:/not-a-drive",
                "tflock",
                ".tflocks",
                "a.tflock/b",
                "a.statelock/b",
                "a-md5/b",
                "md5",
                "-md5x",
                "CON"
            })
    void isAccepted(String key) {
        assertThat(StateKey.of(key).value()).isEqualTo(key);
        assertThat(StateKey.of(key)).hasToString(key);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\"                 | it is empty",
                "/a                   | it starts with a slash",
                "/                    | it starts with a slash",
                "a/                   | it has an empty segment",
                "a//b                 | it has an empty segment",
                ".                    | it has the segment .",
                "..                   | it has the segment ..",
                "a/./b                | it has the segment .",
                "a/../b               | it has the segment ..",
                "../a                 | it has the segment ..",
                "a/..                 | it has the segment ..",
                "a.                   | its segment a. ends in a dot",
                "b/a./c               | its segment a. ends in a dot",
                "...                  | its segment ... ends in a dot",
                "a\\b                 | it has a backslash at index 1",
                "a.tflock             | it ends in .tflock, which is reserved",
                ".tflock              | it ends in .tflock, which is reserved",
                "a/b.tfstate.tflock   | it ends in .tflock, which is reserved",
                "a.statelock          | it ends in .statelock, which is reserved",
                "a.statelock-fence    | it ends in .statelock-fence, which is reserved",
                "a.tfstate-md5        | it ends in -md5, which is reserved",
                "-md5                 | it ends in -md5, which is reserved"
            })
    void isRefusedWithItsReason(String key, String reason) {
        assertRefused(key, reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "./a",
                "a//b",
                "a/../b",
                "..",
                "a.",
                "a\\b",
                "a.tflock",
                "a.statelock",
                "a.statelock-fence",
                "a-md5",
                "a"
            })
    void isTakenVerbatimByThatName(String key) {
        assertThat(StateKey.verbatim(key).value()).isEqualTo(key);
        assertThat(StateKey.verbatim(key).notPortable().isEmpty()).isEqualTo(key.equals("a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/a", "a/", "a\nb", "a\ud83d"})
    void isNoKeyAnywhere(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateKey.verbatim(text))
                .isInstanceOf(InvalidKeyException.class)
                .withMessageStartingWith("Invalid state key \"");
    }

    @Test
    void controlCharactersAreRefusedWithTheirPlaceAndNotPrinted() {
        assertRefused("a\u0000b", "it has the control character U+0000 at index 1");
        assertRefused("a\nb", "it has the control character U+000A at index 1");
        assertRefused("ab\u001b[31m", "it has the control character U+001B at index 2");
        assertRefused("\u007f", "it has the control character U+007F at index 0");
        assertRefused("\u0085", "it has the control character U+0085 at index 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateKey.of("a\n\u001b[31m\u202eb"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n", "\u001b", "\u202e"));
    }

    @Test
    void halfASurrogatePairIsRefused() {
        assertRefused("a\ud83d", "it has an unpaired surrogate at index 1");
        assertRefused("\ude80\ud83d", "it has an unpaired surrogate at index 0");
        assertRefused("\ud83d\ud83d\ude80", "it has an unpaired surrogate at index 0");
    }

    @Test
    void theLengthIsCountedInUtf8Bytes() {
        assertThat(StateKey.of("a".repeat(StateKey.MAX_BYTES)).value()).hasSize(900);
        assertRefused("a".repeat(901), "it has 901 UTF-8 bytes, the most is 900");
        assertThat(StateKey.of("\u00e9".repeat(450)).value()).hasSize(450);
        assertRefused("\u00e9".repeat(450) + "a", "it has 901 UTF-8 bytes");
        assertThat(StateKey.of("\ud83d\ude80".repeat(225)).value()).hasSize(450);
        assertRefused("\ud83d\ude80".repeat(225) + "a", "it has 901 UTF-8 bytes");
    }

    @Test
    void aLongRefusedKeyIsCutInTheMessage() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateKey.of("a".repeat(1_000_000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1200));
    }

    @Test
    void keysAreComparedExactly() {
        assertThat(StateKey.of("A")).isNotEqualTo(StateKey.of("a"));
        assertThat(StateKey.of("a")).isNotEqualTo(StateKey.of("a/b")).isEqualTo(StateKey.of("a"));
        assertThat(StateKey.of("caf\u00e9")).isNotEqualTo(StateKey.of("cafe\u0301"));
        assertThat(StateKey.of("a")).isLessThan(StateKey.of("a/b"));
    }

    private static void assertRefused(String key, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StateKey.of(key))
                .withMessageStartingWith("Invalid state key \"")
                .withMessageContaining("\": " + reason);
    }
}
