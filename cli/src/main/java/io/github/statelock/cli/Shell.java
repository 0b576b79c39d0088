package io.github.statelock.cli;

import io.github.statelock.Printable;
import java.util.regex.Pattern;

/** Words for a POSIX shell. */
final class Shell {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private Shell() {}

    /**
     * A lock's ID as the command line shows it and takes it back: what a terminal might act on, and characters that cannot be
     * seen, are written as {@code \\uXXXX}. So are a hyphen at the beginning, which would make an option of it, and U+FFFD,
     * which Java reads in an argument where it cannot read it.
     */
    static String escape(String id) {
        StringBuilder out = new StringBuilder();
        id.codePoints().forEach(c -> {
            String one = Character.toString(c);
            boolean option = out.length() == 0 && c == '-';
            if (Printable.line(one).equals(one) && c != '\uFFFD' && !option) {
                out.append(one);
            } else {
                one.chars().forEach(unit -> out.append(String.format("\\u%04x", unit)));
            }
        });
        return out.toString();
    }

    /** The word, in quotes where it needs them; characters that a terminal might act on are replaced. */
    static String quote(String word) {
        String safe = Printable.line(word);
        return PLAIN.matcher(safe).matches() ? safe : "'" + safe.replace("'", "'\\''") + "'";
    }
}
