package io.github.statelock.cli.serve;

import io.github.statelock.Printable;
import io.github.statelock.StateKey;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the parts of a request's address name. */
final class Target {

    static final String HEALTH = "healthz";
    static final String METRICS = "metrics";

    private static final int MAX_ID = 256;

    private Target() {}

    /** The state that the path names, by its key. */
    static StateKey key(@Nullable String rawPath) {
        String path = decode(rawPath == null ? "" : rawPath, false);
        String text = path.startsWith("/") ? path.substring(1) : path;
        if (text.equals(HEALTH) || text.equals(METRICS)) {
            throw new Refusal(
                    400, "\"" + text + "\" is not the name of a state here: the server itself answers there.");
        }
        try {
            return StateKey.of(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, String.valueOf(e.getMessage()));
        }
    }

    /** The lock that the query names: {@code ?ID=}. */
    static Optional<String> lockId(@Nullable String query) {
        if (query == null) {
            return Optional.empty();
        }
        Optional<String> id = Optional.empty();
        for (String pair : query.split("&", -1)) {
            if (pair.startsWith("ID=")) {
                if (id.isPresent()) {
                    throw new Refusal(400, "The query names two locks.");
                }
                id = Optional.of(validId(decode(pair.substring("ID=".length()), true)));
            }
        }
        return id;
    }

    /** The ID, if it is one: it goes into records and logs. */
    static String validId(String id) {
        if (id.isBlank() || id.length() > MAX_ID || !Printable.line(id).equals(id)) {
            throw new Refusal(
                    400, "A lock needs an ID: a text of 1 to " + MAX_ID + " characters, without control characters.");
        }
        return id;
    }

    /** Strict: what is no UTF-8 names no state, rather than one with replaced characters. */
    private static String decode(String text, boolean plusIsSpace) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] <= ' ' || raw[i] == 0x7F) { // bytes above are negative
                throw new Refusal(400, "The address has a character that must be percent-encoded.");
            }
            if (raw[i] == '%') {
                bytes.write(hex(raw, i + 1) << 4 | hex(raw, i + 2));
                i += 2;
            } else {
                bytes.write(plusIsSpace && raw[i] == '+' ? ' ' : raw[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal(400, "The address is not UTF-8.");
        }
    }

    private static int hex(byte[] raw, int at) {
        int digit = at < raw.length ? Character.digit(raw[at], 16) : -1;
        if (digit < 0) {
            throw new Refusal(400, "The address is not percent-encoded as it should be.");
        }
        return digit;
    }
}
