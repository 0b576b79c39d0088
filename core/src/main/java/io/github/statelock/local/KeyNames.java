package io.github.statelock.local;

import io.github.statelock.StateKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Keys as file names: lower-case ASCII letters, digits, {@code -}, {@code _} and {@code .} stand for themselves, every other
 * byte of the UTF-8 text is {@code %xx}. So no file system merges two keys by case or normalization, and a slash makes no
 * folder. A name that would be longer than file systems allow ends in {@code ~} and a hash instead, and is not reversible.
 */
final class KeyNames {

    private static final int MAX_LENGTH = 200;
    private static final int KEPT_OF_LONG = 120;

    private KeyNames() {}

    static String nameOf(StateKey key) {
        String name = encode(key.value());
        return name.length() <= MAX_LENGTH
                ? name
                : name.substring(0, KEPT_OF_LONG) + "~" + Hashes.hex(Hashes.of(key.value()));
    }

    static boolean isHashed(String name) {
        return name.indexOf('~') >= 0;
    }

    /** The key with that name; empty for a hashed name and for one that no key has. */
    static Optional<StateKey> keyOf(String name) {
        if (isHashed(name)) {
            return Optional.empty();
        }
        try {
            StateKey key = StateKey.of(decode(name));
            return nameOf(key).equals(name) ? Optional.of(key) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String encode(String text) {
        StringBuilder name = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isPlain(b)) {
                name.append((char) b);
            } else {
                name.append(String.format("%%%02x", b));
            }
        }
        return name.toString();
    }

    static String decode(String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int i = 0;
        while (i < name.length()) {
            char c = name.charAt(i);
            if (c == '%' && i + 3 <= name.length()) {
                bytes.write(Integer.parseInt(name, i + 1, i + 3, 16));
                i += 3;
            } else {
                bytes.write(c);
                i++;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isPlain(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '-' || b == '_' || b == '.';
    }
}
