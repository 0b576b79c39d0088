package io.github.statelock.cli.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.State;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
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

    static Answer metrics(String text) {
        return of(200, Metrics.TYPE, text.getBytes(UTF_8), "");
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
}
