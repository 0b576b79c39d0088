package io.github.statelock.terraform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.github.statelock.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What orders the states of one key: the serial, which grows by one with each write, and the lineage, which stays. Read
 * from Terraform's state files, and from OpenTofu's encrypted ones, which carry both in the clear.
 *
 * <p>Only the top-level keys {@code serial} and {@code lineage} are looked at, in memory that does not depend on the
 * content's size. Reading ends when both are found: the first of duplicates counts, and what follows is neither read nor
 * judged. Content in which they are not found is not such a state file: no JSON object, broken before both were
 * there, a serial that is no integer from 0 to 2<sup>63</sup>-1, a lineage that is no string of at most 65,536 characters,
 * or, before them, nesting deeper than the 10,000 levels that Go reads, a name longer than 65,536 characters or a number
 * longer than 1,000.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param serial the serial, not negative
 * @param lineage the lineage, a UUID in states that Terraform wrote
 */
public record StateHeader(long serial, String lineage) {

    private static final int MAX_TEXT = 65_536;
    private static final int MAX_DEPTH = 10_000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_TEXT)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();

    /** Checks the fields. */
    public StateHeader {
        Objects.requireNonNull(lineage, "lineage");
        if (serial < 0) {
            throw new IllegalArgumentException("A serial is not negative, got " + serial);
        }
    }

    /**
     * The header of a stored state.
     *
     * @param state the state
     * @return the header; empty if the content is no state file
     */
    public static Optional<StateHeader> of(State state) {
        return ofMemory(state.newInputStream());
    }

    /**
     * The header of content that is in memory.
     *
     * @param content the content
     * @return the header; empty if the content is no state file
     */
    public static Optional<StateHeader> of(byte[] content) {
        return ofMemory(new ByteArrayInputStream(content));
    }

    /**
     * The header of a stream, which is read ahead by a few kilobytes and not closed.
     *
     * @param content the content
     * @return the header; empty if the content is no state file
     * @throws IOException if the stream throws it
     */
    public static Optional<StateHeader> of(InputStream content) throws IOException {
        // A reader, and not the stream: Jackson would guess at UTF-16 and refuse malformed UTF-8 that we only skip.
        InputStreamReader reader = new InputStreamReader(content, StandardCharsets.UTF_8);
        try (JsonParser parser = JSON.createParser(reader)) {
            return Optional.ofNullable(read(parser));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static Optional<StateHeader> ofMemory(InputStream content) {
        try {
            return of(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable StateHeader read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return null;
        }
        long serial = -1;
        String lineage = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("serial") && serial < 0) {
                serial = value == JsonToken.VALUE_NUMBER_INT ? parser.getLongValue() : -1;
                if (serial < 0) {
                    return null;
                }
            } else if (name.equals("lineage") && lineage == null) {
                if (value != JsonToken.VALUE_STRING) {
                    return null;
                }
                lineage = parser.getText();
            } else {
                parser.skipChildren();
            }
            if (serial >= 0 && lineage != null) {
                return new StateHeader(serial, lineage);
            }
        }
        return null;
    }
}
