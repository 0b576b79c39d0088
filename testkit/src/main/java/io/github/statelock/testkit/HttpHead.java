package io.github.statelock.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The first line and the headers of an HTTP/1 message, as they came. */
record HttpHead(String startLine, List<Header> headers) {

    private static final int LINE_BYTES = 64 * 1024;
    private static final int HEADERS = 500;

    HttpHead {
        headers = List.copyOf(headers);
    }

    record Header(String name, String value) {}

    /** Reads a head, or returns null where the stream ends before it. */
    static @Nullable HttpHead read(InputStream in) throws IOException {
        String startLine = readLine(in);
        if (startLine == null) {
            return null;
        }
        List<Header> headers = new ArrayList<>();
        for (String line = require(readLine(in)); !line.isEmpty(); line = require(readLine(in))) {
            int colon = line.indexOf(':');
            if (colon < 1 || headers.size() == HEADERS) {
                throw new IOException("Not a header, or too many: " + line);
            }
            headers.add(new Header(
                    line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return new HttpHead(startLine, headers);
    }

    /** Reads a line without its end, or returns null at the end of the stream. */
    static @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                if (line.size() == 0) {
                    return null;
                }
                throw new EOFException("The stream ends within a line.");
            }
            if (line.size() == LINE_BYTES) {
                throw new IOException("A line is longer than " + LINE_BYTES + " bytes.");
            }
            line.write(next);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    static String require(@Nullable String line) throws EOFException {
        if (line == null) {
            throw new EOFException("The stream ends within a message.");
        }
        return line;
    }

    void write(OutputStream out) throws IOException {
        StringBuilder text = new StringBuilder(startLine).append("\r\n");
        for (Header header : headers) {
            text.append(header.name()).append(": ").append(header.value()).append("\r\n");
        }
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    Optional<String> first(String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }

    boolean has(String name, String token) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .anyMatch(header -> header.value().toLowerCase(Locale.ROOT).contains(token));
    }

    HttpHead without(String... names) {
        List<String> dropped = List.of(names);
        return new HttpHead(
                startLine,
                headers.stream()
                        .filter(header -> dropped.stream().noneMatch(header.name()::equalsIgnoreCase))
                        .toList());
    }

    HttpHead with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new HttpHead(startLine, more);
    }

    /** The n-th word of the first line: method and target of a request, status of an answer. */
    String word(int index) throws IOException {
        String[] words = startLine.split(" ", 3);
        if (words.length <= index) {
            throw new IOException("Not HTTP: " + startLine);
        }
        return words[index];
    }

    int status() throws IOException {
        try {
            return Integer.parseInt(word(1));
        } catch (NumberFormatException e) {
            throw new IOException("Not an answer: " + startLine, e);
        }
    }

    WireRequest toRequest() throws IOException {
        Map<String, String> byName = new LinkedHashMap<>();
        for (Header header : headers) {
            byName.merge(header.name().toLowerCase(Locale.ROOT), header.value(), (one, other) -> one + ", " + other);
        }
        return new WireRequest(word(0), word(1), byName);
    }
}
