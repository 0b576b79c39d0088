package io.github.statelock.terraform;

import java.util.Locale;

/** Strings as Go's {@code encoding/json} writes them: the same escapes, and nothing that Go would change on the way back. */
final class GoJson {

    private static final int REPLACEMENT = 0xFFFD;

    private GoJson() {}

    /**
     * Appends a quoted string. Control characters below U+0020 other than line feed, carriage return and tab (Go's
     * versions escape some of them differently) and unpaired surrogates (Go's strings can't hold them) become U+FFFD.
     */
    static void appendString(StringBuilder out, String text) {
        out.append('"');
        text.codePoints().forEach(c -> appendEscaped(out, c));
        out.append('"');
    }

    /** The text with each unpaired surrogate replaced by U+FFFD, as Go decodes it. */
    static String withoutUnpairedSurrogates(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(c -> out.appendCodePoint(isSurrogate(c) ? REPLACEMENT : c));
        return out.toString();
    }

    private static void appendEscaped(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '<', '>', '&', 0x2028, 0x2029 -> out.append(String.format(Locale.ROOT, "\\u%04x", c));
            default -> out.appendCodePoint(c < 0x20 || isSurrogate(c) ? REPLACEMENT : c);
        }
    }

    private static boolean isSurrogate(int c) {
        return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }
}
