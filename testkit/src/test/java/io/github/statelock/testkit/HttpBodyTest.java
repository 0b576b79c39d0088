package io.github.statelock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HttpBodyTest {

    @Test
    void chunksAndTrailersAreCopiedAsTheyAreAndNoFurther() throws IOException {
        String body = "3;x=y\r\nabc\r\n0\r\nx-checksum: 1\r\n\r\n";
        ByteArrayInputStream in = in(body + "GET / HTTP/1.1");
        assertThat(copy(new HttpBody.Chunked(), in)).isEqualTo(body);
        assertThat(in.available()).isEqualTo("GET / HTTP/1.1".length());
    }

    @Test
    void aBodyThatEndsEarlyIsAnError() {
        assertThatThrownBy(() -> copy(new HttpBody.Fixed(5), in("four"))).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> copy(new HttpBody.Chunked(), in("5\r\nfour"))).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> copy(new HttpBody.Chunked(), in("4\r\nfour\r\n")))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void anAnswerWithoutLengthEndsWithTheConnection() throws IOException {
        HttpBody body = HttpBody.ofAnswer(head("HTTP/1.1 200 OK"), "GET");
        assertThat(body.delimited()).isFalse();
        assertThat(copy(body, in("until the end"))).isEqualTo("until the end");
    }

    @Test
    void headAndEmptyStatusesHaveNoBodyWhateverTheySay() throws IOException {
        HttpHead ok = head("HTTP/1.1 200 OK").with("Content-Length", "5");
        assertThat(HttpBody.ofAnswer(ok, "GET")).isEqualTo(new HttpBody.Fixed(5));
        assertThat(HttpBody.ofAnswer(ok, "HEAD")).isEqualTo(new HttpBody.Fixed(0));
        HttpHead notModified = head("HTTP/1.1 304 Not Modified").with("Content-Length", "5");
        assertThat(HttpBody.ofAnswer(notModified, "GET")).isEqualTo(new HttpBody.Fixed(0));
    }

    @Test
    void whatIsNotHttpIsAnError() {
        assertThatThrownBy(() -> HttpBody.ofAnswer(head("hello"), "GET")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> HttpHead.read(in("GET / HTTP/1.1\r\nno colon\r\n\r\n")))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> HttpHead.read(in("GET / HTTP/1.1\r\nHost: x"))).isInstanceOf(EOFException.class);
    }

    private static HttpHead head(String startLine) {
        return new HttpHead(startLine, List.of());
    }

    private static ByteArrayInputStream in(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String copy(HttpBody body, ByteArrayInputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body.copy(in, out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
