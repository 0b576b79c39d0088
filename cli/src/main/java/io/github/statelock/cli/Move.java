package io.github.statelock.cli;

import io.github.statelock.Printable;

/**
 * One state to be copied.
 *
 * @param from its name at the source
 * @param to its name at the target
 */
record Move(String from, String to) {

    /** Both names where they differ, for people. */
    String describe() {
        String name = Printable.line(from);
        return from.equals(to) ? name : name + " as " + Printable.line(to);
    }
}
