package io.github.statelock.terraform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.statelock.LockInfo;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What a Go program wrote and read; src/test/go/lockinfo-vectors makes the files. */
final class GoVectors {

    /** A lock info and the JSON that Go writes for it. */
    record Encoding(String name, LockInfo info, String json) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A text and, unless Go refuses it, the JSON that Go writes for what it read. */
    record Decoding(String name, String in, boolean refused, String out) {
        @Override
        public String toString() {
            return name;
        }
    }

    private GoVectors() {}

    static Stream<Encoding> encodings() throws IOException {
        return lines("lockinfo-vectors.jsonl")
                .map(line -> new Encoding(text(line, "Name"), info(line), text(line, "JSON")));
    }

    static Stream<Decoding> decodings() throws IOException {
        return lines("lockinfo-decodings.jsonl")
                .map(line -> new Decoding(
                        text(line, "Name"),
                        text(line, "In"),
                        line.containsKey("Refused"),
                        line.getOrDefault("Out", "")));
    }

    private static LockInfo info(Map<String, String> line) {
        Instant created =
                Instant.ofEpochSecond(Long.parseLong(text(line, "Seconds")), Long.parseLong(text(line, "Nanos")));
        return new LockInfo(
                text(line, "ID"),
                text(line, "Operation"),
                text(line, "Info"),
                text(line, "Who"),
                text(line, "Version"),
                created,
                text(line, "Path"));
    }

    private static String text(Map<String, String> line, String name) {
        return Objects.requireNonNull(line.get(name), name);
    }

    private static Stream<Map<String, String>> lines(String file) throws IOException {
        List<Map<String, String>> lines = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(GoVectors.class.getResourceAsStream(file), file);
                JsonParser parser = new JsonFactory().createParser(in)) {
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                Map<String, String> line = new HashMap<>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    parser.nextToken();
                    line.put(name, parser.getText());
                }
                lines.add(line);
            }
        }
        return lines.stream();
    }
}
