package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateKey;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** File names of keys. */
class KeyNamesTest {

    private static final List<String> KEYS = List.of(
            "a",
            "A",
            "a/b",
            "a/B",
            "a%2fb",
            "a%2Fb",
            "a~b",
            "\u00e9",
            "e\u0301",
            "\u212b",
            "\u00c5",
            "ß",
            "ss",
            "SS",
            "i",
            "ı",
            "İ",
            "a b",
            "a:b",
            "\ud83d\ude00",
            "x".repeat(200),
            "x".repeat(201),
            "X".repeat(201),
            "x".repeat(900),
            "x".repeat(899) + "y",
            "ü".repeat(450));

    @Test
    void noFileSystemMergesTwoNames() {
        Set<String> merged = new HashSet<>();
        for (String key : KEYS) {
            String name = KeyNames.nameOf(StateKey.of(key));
            assertThat(name).matches("[a-z0-9._%~-]{1,200}");
            assertThat(merged.add(
                            Normalizer.normalize(name, Normalizer.Form.NFD).toLowerCase(Locale.ROOT)))
                    .as(key)
                    .isTrue();
        }
    }

    @Test
    void aNameIsReadableAndTellsItsKey() {
        assertThat(KeyNames.nameOf(StateKey.of("prod/eu-1/Network.tfstate")))
                .isEqualTo("prod%2feu-1%2f%4eetwork.tfstate");
        for (String key : KEYS) {
            String name = KeyNames.nameOf(StateKey.of(key));
            if (!KeyNames.isHashed(name)) {
                assertThat(KeyNames.keyOf(name)).contains(StateKey.of(key));
            }
        }
    }

    @Test
    void foreignNamesAreNoKeys() {
        for (String name : List.of(
                "", ".", "..", "A", "%2", "%zz", "%41%", "a%2e", "%61", "%ff", "a%2f", "ü", "x~y", "a.tflock")) {
            assertThat(KeyNames.keyOf(name)).as(name).isEmpty();
        }
    }

    @Test
    void decodeUndoesEncode() {
        String text = "Any text, with % and ~ and \u0000 and \ud83d\ude00";
        assertThat(KeyNames.encode(text))
                .isEqualTo(new String(
                        KeyNames.encode(text).getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII));
        assertThat(KeyNames.decode(KeyNames.encode(text))).isEqualTo(text);
    }
}
