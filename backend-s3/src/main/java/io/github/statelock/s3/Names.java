package io.github.statelock.s3;

import java.util.ArrayDeque;
import java.util.Deque;

/** Names as those write them who take them for paths. */
final class Names {

    private Names() {}

    /** Without what leads nowhere, as Go's {@code path.Clean} has it. */
    static String clean(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }
}
