package io.github.statelock.cli;

/** Words that are cut to a number of characters, with an ellipsis where something is missing. */
final class Words {

    private Words() {}

    /** How many characters it has, of which some are two {@code char}s. */
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The beginning. */
    static String cutEnd(String text, int most) {
        return length(text) <= most ? text : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }

    /** The end. */
    static String cutStart(String text, int most) {
        return length(text) <= most ? text : "…" + text.substring(text.offsetByCodePoints(text.length(), 1 - most));
    }
}
