package io.github.statelock.cli;

import io.github.statelock.Printable;
import java.util.regex.Pattern;

/** Words for a POSIX shell. */
final class Shell {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private Shell() {}

    /** The word, in quotes where it needs them; characters that a terminal might act on are replaced. */
    static String quote(String word) {
        String safe = Printable.line(word);
        return PLAIN.matcher(safe).matches() ? safe : "'" + safe.replace("'", "'\\''") + "'";
    }
}
