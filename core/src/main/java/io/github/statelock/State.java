package io.github.statelock;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The content of a state in one version.
 *
 * <p>Immutable and safe for use by several threads. {@link #toString()} never shows the content, which may hold secrets.
 */
public final class State {

    private final StateKey key;
    private final StateVersion version;
    private final byte[] content;

    private State(StateKey key, StateVersion version, byte[] content) {
        this.key = Objects.requireNonNull(key, "key");
        this.version = Objects.requireNonNull(version, "version");
        this.content = Objects.requireNonNull(content, "content");
    }

    /**
     * A state over that very array, without a copy: the caller must not change it afterwards. For backends.
     *
     * @param key the state's key
     * @param version the version that has this content
     * @param content the bytes, handed over
     * @return the state
     */
    public static State ofOwned(StateKey key, StateVersion version, byte[] content) {
        return new State(key, version, content);
    }

    /**
     * The state's key.
     *
     * @return the key
     */
    public StateKey key() {
        return key;
    }

    /**
     * The version that has this content; the base for {@link WriteCondition#ifVersion(StateVersion)}.
     *
     * @return the version
     */
    public StateVersion version() {
        return version;
    }

    /**
     * The content's length.
     *
     * @return the length in bytes, at least 1
     */
    public int size() {
        return content.length;
    }

    /**
     * The content, as a fresh copy.
     *
     * @return the bytes
     */
    public byte[] bytes() {
        return content.clone();
    }

    /**
     * Whether the content is exactly these bytes, without a copy.
     *
     * @param bytes the bytes to compare with
     * @return whether they are equal
     */
    public boolean hasContent(byte[] bytes) {
        return Arrays.equals(content, bytes);
    }

    /**
     * The content as a stream, without a copy.
     *
     * @return a new stream over the content
     */
    public InputStream newInputStream() {
        return new ByteArrayInputStream(content);
    }

    /**
     * The content decoded as UTF-8, malformed parts replaced.
     *
     * @return the content as text
     */
    public String utf8() {
        return new String(content, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "State[key=" + key + ", version=" + version + ", size=" + content.length + "]";
    }
}
