package io.github.statelock.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Changes the serial in a state file, and nothing else: every other byte stays as it was. */
final class StateSerial {

    private static final JsonFactory JSON = new JsonFactory();

    private StateSerial() {}

    /**
     * The state file with another serial.
     *
     * @param content a state file, plain and in UTF-8
     * @throws FailureException if it is encrypted, or if its serial stands where it cannot be changed
     */
    static byte[] replace(byte[] content, long serial) {
        int start = -1;
        int length = 0;
        try (JsonParser parser = JSON.createParser(content)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                refuseEncrypted(name);
                if (name.equals("serial") && value == JsonToken.VALUE_NUMBER_INT && start < 0) {
                    start = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                    length = parser.getTextLength();
                }
                parser.skipChildren();
            }
        } catch (IOException e) {
            throw new FailureException("The old version is not a whole state file: " + place(e)
                    + " is no JSON."); // the parser's own message quotes content
        }
        if (start < 0) {
            throw new FailureException("The old version has no serial that could be raised.");
        }
        return splice(content, start, length, Long.toString(serial));
    }

    private static String place(IOException e) {
        @Nullable JsonLocation at = e instanceof JsonProcessingException broken ? broken.getLocation() : null;
        return at == null ? "what it has" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /**
     * Refuses what is encrypted.
     *
     * @param content any content, a state file or not
     * @throws FailureException if it has the field of OpenTofu's encrypted states at its top
     */
    static void requirePlain(byte[] content) {
        try (JsonParser parser = JSON.createParser(content)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                refuseEncrypted(parser.currentName());
                parser.nextToken();
                parser.skipChildren();
            }
        } catch (IOException e) {
            // It is no JSON from there on; OpenTofu would not read it either.
        }
    }

    private static void refuseEncrypted(String name) {
        if (name.equals("encrypted_data")) {
            throw new FailureException(
                    "The state is encrypted: its serial is sealed inside and cannot be raised. Decrypt it with"
                            + " 'statelock pull --version-id' and OpenTofu, and push the result.");
        }
    }

    private static byte[] splice(byte[] content, int start, int length, String replacement) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + replacement.length());
        try {
            out.write(content, 0, start);
            out.write(replacement.getBytes(StandardCharsets.US_ASCII));
            out.write(content, start + length, content.length - start - length);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a ByteArrayOutputStream throws none
        }
        return out.toByteArray();
    }
}
