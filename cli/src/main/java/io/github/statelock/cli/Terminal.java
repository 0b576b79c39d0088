package io.github.statelock.cli;

import java.io.IOException;

/** Whether somebody watches. */
final class Terminal {

    private Terminal() {}

    /** Whether standard error is a terminal that understands escape sequences. */
    static boolean watchesErrors() {
        return Once.ERRORS_ARE_SHOWN;
    }

    /** Asked once for this process: it takes another one to tell. */
    private static final class Once {
        static final boolean ERRORS_ARE_SHOWN = isTerminal(2) && !"dumb".equals(System.getenv("TERM"));
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
