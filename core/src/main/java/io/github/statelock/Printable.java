package io.github.statelock;

/**
 * Text from a store made safe for a terminal: a lock record is written by anybody who may write to the bucket.
 *
 * <p>Stateless and safe for use by several threads.
 */
public final class Printable {

    private static final int MAX_LENGTH = 1024;

    private Printable() {}

    /**
     * The text on one line: control, escape, format and bidirectional characters are replaced, and what comes after 1,024
     * characters is cut.
     *
     * @param text any text
     * @return the text as it may be shown
     */
    public static String line(String text) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
        text.codePoints().limit(MAX_LENGTH).forEach(c -> out.appendCodePoint(isUnsafe(c) ? '\uFFFD' : c));
        if (text.codePointCount(0, text.length()) > MAX_LENGTH) {
            out.append('…');
        }
        return out.toString();
    }

    private static boolean isUnsafe(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
