package io.github.statelock.examples;

import java.util.Locale;

/** Prints what happens, with the seconds since the start. Safe for use by several threads. */
final class Timeline {

    private final long start = System.nanoTime();

    void chapter(String title) {
        print("%n%s%n", title);
    }

    void event(String who, String what) {
        print("%6.1f s  %-6s %s%n", (System.nanoTime() - start) / 1e9, who, what);
    }

    private static synchronized void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format, values);
        System.out.flush();
    }
}
