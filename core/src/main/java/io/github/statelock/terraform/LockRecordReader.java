package io.github.statelock.terraform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import io.github.statelock.terraform.LockFile.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads one lock record as Go's {@code encoding/json} would. Anybody who may write to the store may have written it, so
 * size and depth are bounded, and whatever is wrong with it is a {@link StateCorruptException} without its text.
 */
final class LockRecordReader {

    private static final int MAX_DEPTH = 16;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(LockInfoCodec.MAX_READ_BYTES)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();

    private final JsonParser parser;
    private final boolean withLease;
    private final Map<String, String> texts = new HashMap<>();
    private Instant created = GoTime.ZERO;
    private @Nullable Lease lease;

    private LockRecordReader(JsonParser parser, boolean withLease) {
        this.parser = parser;
        this.withLease = withLease;
    }

    /** The record, with its lease if that is asked for; otherwise a lease is one more unknown key. */
    static LockFile read(byte[] record, boolean withLease) {
        if (record.length > LockInfoCodec.MAX_READ_BYTES) {
            throw corrupt(record.length + " bytes, the most is " + LockInfoCodec.MAX_READ_BYTES);
        }
        try (JsonParser parser = JSON.createParser(utf8(record))) {
            return new LockRecordReader(parser, withLease).read();
        } catch (StreamConstraintsException e) {
            throw corrupt("nested deeper than " + MAX_DEPTH + " levels");
        } catch (JsonProcessingException e) {
            throw corrupt("not JSON" + position(e.getLocation()));
        } catch (IOException e) {
            throw new StateCorruptException("The lock record is not readable", e);
        }
    }

    private LockFile read() throws IOException {
        expect(JsonToken.START_OBJECT, parser.nextToken(), "the record");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            readValue(name, parser.nextToken());
        }
        if (parser.nextToken() != null) {
            throw corrupt("something follows the JSON object");
        }
        LockInfo info = new LockInfo(
                text("id"), text("operation"), text("info"), text("who"), text("version"), created, text("path"));
        return new LockFile(info, Optional.ofNullable(lease));
    }

    private void readValue(String name, JsonToken value) throws IOException {
        String folded = fold(name);
        switch (folded) {
            case "id", "operation", "info", "who", "version", "path" -> {
                if (value != JsonToken.VALUE_NULL) {
                    texts.put(folded, readText(value, folded));
                }
            }
            case "created" -> {
                if (value != JsonToken.VALUE_NULL) {
                    created = readTime(value);
                }
            }
            default -> {
                if (withLease && name.equals("Lease")) {
                    lease = readLease(value);
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private Instant readTime(JsonToken value) throws IOException {
        try {
            return GoTime.parse(readText(value, "created"));
        } catch (DateTimeException e) {
            throw corrupt("created is not a time of RFC 3339");
        }
    }

    private Lease readLease(JsonToken value) throws IOException {
        expect(JsonToken.START_OBJECT, value, "Lease");
        long millis = -1;
        long beat = -1;
        Optional<String> process = Optional.empty();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken field = parser.nextToken();
            switch (name) {
                case "Millis" -> millis = readLong(field, name);
                case "Beat" -> beat = readLong(field, name);
                case "Process" -> process = Optional.of(readText(field, name));
                default -> parser.skipChildren();
            }
        }
        try {
            return new Lease(millis, beat, process);
        } catch (IllegalArgumentException e) {
            throw corrupt("its lease is out of range, or has no Millis or no Beat");
        }
    }

    private long readLong(JsonToken value, String name) throws IOException {
        expect(JsonToken.VALUE_NUMBER_INT, value, name);
        return parser.getLongValue();
    }

    private String readText(JsonToken value, String name) throws IOException {
        expect(JsonToken.VALUE_STRING, value, name);
        return GoJson.withoutUnpairedSurrogates(parser.getText());
    }

    private String text(String name) {
        return texts.getOrDefault(name, "");
    }

    private static void expect(JsonToken expected, @Nullable JsonToken actual, String what) {
        if (actual != expected) {
            throw corrupt(what + " is " + actual + ", expected " + expected);
        }
    }

    private static String utf8(byte[] record) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(record))
                .toString();
    }

    /** The name as Go compares keys: ASCII letters without case, and U+017F, which folds to s. */
    private static String fold(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            folded.append(c == '\u017F' ? 's' : c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return folded.toString();
    }

    /** Where the parser stopped, where it says so. Its own message is not passed on: it may quote the record. */
    private static String position(@Nullable JsonLocation location) {
        return location == null ? "" : " at character " + location.getCharOffset();
    }

    private static StateCorruptException corrupt(String problem) {
        return new StateCorruptException("The lock record is not readable: " + problem, null);
    }
}
