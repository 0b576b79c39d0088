package io.github.statelock.testkit;

import io.github.statelock.StateKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keys that some store or file system might confuse, refuse or mangle. */
final class Keys {

    /** Names that are different keys on every backend. */
    static final List<List<String>> ALIKE = List.of(
            List.of("a", "A"),
            List.of("b", "b/c", "b/c/d"),
            List.of("d", "d.tfstate", "d.json"),
            List.of("caf\u00e9", "cafe\u0301"),
            List.of("stra\u00dfe", "strasse"),
            List.of("e f", "e%20f", "e+f"),
            List.of("g-h", "g_h", "g.h"));

    /** What no backend takes, each for a reason that the error names. */
    static final List<String> REFUSED = List.of(
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/./b",
            "a/../b",
            "a.",
            "a./b",
            "a\\b",
            "a\u0000b",
            "a\nb",
            "a\u007fb",
            "a\ud800b",
            "a.tflock",
            "a.statelock",
            "a.statelock-fence",
            "a-md5",
            "x".repeat(901),
            "x".repeat(1024));

    private Keys() {}

    /** Valid keys with everything that is allowed, among them the longest. */
    static List<StateKey> unusual(String prefix) {
        List<StateKey> keys = new ArrayList<>();
        for (String name : List.of(
                "with space",
                " led and trailed ",
                "\u00fcml\u00e4ut",
                "\u65e5\u672c\u8a9e",
                "\ud83d\udd12 lock",
                "%2e%2e",
                "a?b#c&d=e",
                "~tilde",
                "it's \"quoted\"",
                "<tag>",
                "CON",
                "aux.txt",
                "semi;colon,comma",
                "star*",
                "*",
                "pipe|",
                "-dash",
                "env:",
                "$HOME/${x}",
                ".hidden",
                "..two",
                "deep/" + "d/".repeat(30) + "end",
                "s".repeat(255))) {
            keys.add(StateKey.of(prefix + name));
        }
        keys.add(StateKey.of(longest(prefix)));
        return keys;
    }

    /** The longest key, all in one segment behind the prefix. */
    private static String longest(String prefix) {
        int used = prefix.getBytes(StandardCharsets.UTF_8).length;
        return prefix + "l".repeat(StateKey.MAX_BYTES - used);
    }
}
