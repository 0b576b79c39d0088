package io.github.statelock.testkit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** A whole request, to be sent later. Its body is kept as it was framed. */
final class CapturedRequest {

    private final HttpHead head;
    private final byte[] body;

    private CapturedRequest(HttpHead head, byte[] body) {
        this.head = head;
        this.body = body;
    }

    static CapturedRequest read(HttpHead head, InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        HttpBody.ofRequest(head).copy(in, body);
        return new CapturedRequest(head, body.toByteArray());
    }

    HttpHead head() {
        return head;
    }

    InputStream body() {
        return new ByteArrayInputStream(body);
    }
}
