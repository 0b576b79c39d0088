package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a request is answered with. Sent once.
 *
 * @param status the status code
 * @param type the content's type
 * @param content the content
 * @param length its length
 * @param headers more headers
 * @param reason why it is not what the client asked for, on one line for the access log; empty where it is
 * @param failure an exception that nobody expected
 */
record Answer(
        int status,
        String type,
        InputStream content,
        long length,
        Map<String, String> headers,
        String reason,
        Optional<Throwable> failure) {

    private static final String JSON = "application/json";
    private static final String RETRY_SECONDS = "2";

    static Answer done() {
        return of(200, JSON, new byte[0], "");
    }

    static Answer state(State state) {
        return new Answer(200, JSON, state.newInputStream(), state.size(), Map.of(), "", Optional.empty());
    }

    static Answer text(int status, String text) {
        return of(status, "text/plain; charset=utf-8", (text + "\n").getBytes(UTF_8), status < 400 ? "" : text);
    }

    /** The holder as the client reads it. */
    static Answer holder(int status, ObservedLock holder, String reason) {
        return of(status, JSON, HolderJson.of(holder), reason);
    }

    private static Answer of(int status, String type, byte[] content, String reason) {
        String line = reason.lines().findFirst().orElse("");
        return new Answer(
                status,
                type,
                new ByteArrayInputStream(content),
                content.length,
                Map.of(),
                Printable.line(line),
                Optional.empty());
    }

    /** The same, with one more header. */
    Answer with(String header, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(header, value);
        return new Answer(status, type, content, length, more, reason, failure);
    }

    /** The same, with a wish to come again. */
    Answer retry() {
        return with("Retry-After", RETRY_SECONDS);
    }

    /** The same, with something to know for whoever reads the access log. */
    Answer because(String why) {
        return new Answer(
                status,
                type,
                content,
                length,
                headers,
                Printable.line(why.lines().findFirst().orElse("")),
                failure);
    }

    Answer causedBy(Throwable cause) {
        return new Answer(status, type, content, length, headers, reason, Optional.of(cause));
    }

    /** Sends it; returns how many bytes of content were sent. */
    long send(HttpExchange exchange) throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Cache-Control", "no-store"); // a state may have secrets
        if (length > 0) {
            exchange.getResponseHeaders().set("Content-Type", type);
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Long.toString(length));
            exchange.sendResponseHeaders(status, -1);
            return 0;
        }
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        if (length > 0) {
            try (OutputStream body = exchange.getResponseBody()) {
                content.transferTo(body);
            }
        }
        return length;
    }
}
