package io.github.statelock;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of one state. {@link #of} takes the keys that work on every backend. {@link #verbatim} takes those too that Terraform
 * and OpenTofu take on some: a backend refuses what it cannot hold.
 *
 * <p>Every key has 1 to 900 UTF-8 bytes, no leading or trailing slash, no control character and no unpaired surrogate. One that
 * works on every backend has segments separated by {@code /}, none of which is empty, {@code .} or {@code ..} or ends in a dot,
 * and no backslash. It does not end in {@code .tflock}, {@code .statelock}, {@code .statelock-fence} or {@code -md5}, which
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
     * Validates the key as {@link #verbatim} does.
     *
     * @throws InvalidKeyException if no backend takes the key; the message names the rule
     */
    public StateKey {
        Objects.requireNonNull(value, "value");
        refuse(value, problemEverywhere(value));
    }

    /**
     * The key with that text, which works on every backend.
     *
     * @param value the key as text
     * @return the validated key
     * @throws InvalidKeyException if the text is not such a key; the message names the rule
     */
    public static StateKey of(String value) {
        Objects.requireNonNull(value, "value");
        refuse(value, problemOf(value));
        return new StateKey(value);
    }

    /**
     * The key with that text, as Terraform and OpenTofu may have it, such as {@code ./terraform.tfstate}. Where a backend does not
     * hold it, every method that is given it throws {@link InvalidKeyException}.
     *
     * @param value the key as text
     * @return the key
     * @throws InvalidKeyException if no backend takes the text as a key; the message names the rule
     */
    public static StateKey verbatim(String value) {
        return new StateKey(value);
    }

    private static void refuse(String value, @Nullable String problem) {
        if (problem != null) {
            throw new InvalidKeyException(value, problem);
        }
    }

    /**
     * Why not every backend holds the key.
     *
     * @return the rule that it breaks; empty for what {@link #of} takes
     */
    public Optional<String> notPortable() {
        return Optional.ofNullable(problemOf(value));
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
        String anywhere = problemEverywhere(value);
        if (anywhere != null) {
            return anywhere;
        }
        int backslash = value.indexOf('\\');
        if (backslash >= 0) {
            return "it has a backslash at index " + backslash;
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

    private static @Nullable String problemEverywhere(String value) {
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
        return value.endsWith("/") ? "it has an empty segment at its end" : null;
    }

    private static @Nullable String problemOfCharacters(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
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
