package io.github.statelock;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The name of one state, with one validation for all backends, so that a key that works on one works on every other.
 *
 * <p>A key has 1 to 900 UTF-8 bytes in segments separated by {@code /}. It has no empty, {@code .} or {@code ..}
 * segment and none that ends in a dot, no leading or trailing slash, no backslash, no control character and no unpaired
 * surrogate. It does not end in {@code .tflock}, {@code .statelock}, {@code .statelock-fence} or {@code -md5}, which
 * would collide with the lock, digest or fence of another key. Keys are compared exactly: {@code A} and {@code a} are
 * two keys, and so are {@code a} and {@code a/b}.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param value the key as text
 */
public record StateKey(String value) implements Comparable<StateKey> {

    /** The longest key, in UTF-8 bytes: leaves room for a prefix and a suffix in the 1,024 bytes that stores allow. */
    public static final int MAX_BYTES = 900;

    private static final List<String> RESERVED_SUFFIXES = List.of(".tflock", ".statelock", ".statelock-fence", "-md5");

    /**
     * Validates the key.
     *
     * @throws IllegalArgumentException if the key breaks one of the rules above; the message names the rule
     */
    public StateKey {
        Objects.requireNonNull(value, "value");
        String problem = problemOf(value);
        if (problem != null) {
            throw new IllegalArgumentException("Invalid state key \"" + Printable.line(value) + "\": " + problem);
        }
    }

    /**
     * The key with that text.
     *
     * @param value the key as text
     * @return the validated key
     * @throws IllegalArgumentException if the text is not a valid key; the message names the rule
     */
    public static StateKey of(String value) {
        return new StateKey(value);
    }

    @Override
    public int compareTo(StateKey other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static @Nullable String problemOf(String value) {
        if (value.isEmpty()) {
            return "it is empty";
        }
        String character = problemOfCharacters(value);
        if (character != null) {
            return character;
        }
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_BYTES) {
            return "it has " + bytes + " UTF-8 bytes, the most is " + MAX_BYTES;
        }
        if (value.startsWith("/")) {
            return "it starts with a slash";
        }
        String segment = problemOfSegments(value);
        if (segment != null) {
            return segment;
        }
        for (String suffix : RESERVED_SUFFIXES) {
            if (value.endsWith(suffix)) {
                return "it ends in " + suffix + ", which is reserved for locks, digests and fences";
            }
        }
        return null;
    }

    private static @Nullable String problemOfCharacters(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                return "it has a backslash at index " + i;
            }
            if (Character.isISOControl(c)) {
                return String.format("it has the control character U+%04X at index %d", (int) c, i);
            }
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return "it has an unpaired surrogate at index " + i;
            }
        }
        return null;
    }

    private static @Nullable String problemOfSegments(String value) {
        for (String segment : value.split("/", -1)) {
            if (segment.isEmpty()) {
                return "it has an empty segment";
            }
            if (segment.equals(".") || segment.equals("..")) {
                return "it has the segment " + segment;
            }
            if (segment.endsWith(".")) {
                return "its segment " + Printable.line(segment) + " ends in a dot";
            }
        }
        return null;
    }
}
