package io.github.statelock.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether somebody watches, and how wide what they see is. */
final class Terminal {

    /** Where the width is not known. */
    static final int USUAL_COLUMNS = 80;

    private static final Pattern SIZE = Pattern.compile("\\d{1,4} ([1-9]\\d{0,3})\\s*");

    private Terminal() {}

    /** Whether standard error is a terminal that understands escape sequences. */
    static boolean watchesErrors() {
        return Once.ERRORS_ARE_SHOWN;
    }

    /** Asked once for this process: it takes another one to tell. */
    private static final class Once {
        static final boolean ERRORS_ARE_SHOWN = isTerminal(2) && !"dumb".equals(System.getenv("TERM"));
    }

    /** The width of the terminal at standard error, when this was first asked. */
    static int columns() {
        return OnceShown.COLUMNS;
    }

    private static final class OnceShown {
        static final int COLUMNS = askColumns();
    }

    /** {@code stty} looks at its standard input, so it gets our standard error as that. */
    private static int askColumns() {
        try {
            Process stty = new ProcessBuilder("sh", "-c", "exec stty size <&2 2>/dev/null")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            stty.getOutputStream().close();
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return columnsOf(answer);
        } catch (IOException e) {
            return USUAL_COLUMNS; // no POSIX system
        }
    }

    /** Reads the number of rows and that of columns, which is 0 where nobody has set it. */
    static int columnsOf(String answer) {
        Matcher size = SIZE.matcher(answer);
        return size.matches() ? Integer.parseInt(size.group(1)) : USUAL_COLUMNS;
    }

    /** Whether somebody can answer a question. */
    static boolean canAnswer() {
        return isTerminal(0);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            return new ProcessBuilder("test", "-t", Integer.toString(descriptor))
                            .inheritIO()
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false; // no POSIX system
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
