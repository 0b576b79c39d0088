package io.github.statelock.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** How the end of a message's body is known. Bodies are copied as they are framed, chunk by chunk. */
sealed interface HttpBody {

    /** Copies the body, framing included, and nothing that follows it. */
    void copy(InputStream in, OutputStream out) throws IOException;

    /** Whether the connection can carry another message after this one. */
    default boolean delimited() {
        return true;
    }

    static HttpBody ofRequest(HttpHead head) throws IOException {
        return head.has("Transfer-Encoding", "chunked") ? new Chunked() : new Fixed(length(head, 0));
    }

    static HttpBody ofAnswer(HttpHead head, String requestMethod) throws IOException {
        int status = head.status();
        if (requestMethod.equals("HEAD") || status == 204 || status == 304 || status < 200) {
            return new Fixed(0);
        }
        if (head.has("Transfer-Encoding", "chunked")) {
            return new Chunked();
        }
        long length = length(head, -1);
        return length < 0 ? new UntilEnd() : new Fixed(length);
    }

    private static long length(HttpHead head, long otherwise) throws IOException {
        try {
            return head.first("Content-Length").map(Long::parseLong).orElse(otherwise);
        } catch (NumberFormatException e) {
            throw new IOException("Not a length: " + head.first("Content-Length"), e);
        }
    }

    /** A body of known length. */
    record Fixed(long length) implements HttpBody {
        @Override
        public void copy(InputStream in, OutputStream out) throws IOException {
            byte[] buffer = new byte[16 * 1024];
            for (long left = length; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (read < 0) {
                    throw new EOFException("A body ends " + left + " bytes early.");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    /** A body in chunks, with trailers perhaps. */
    record Chunked() implements HttpBody {
        @Override
        public void copy(InputStream in, OutputStream out) throws IOException {
            long size;
            do {
                String line = copyLine(in, out);
                size = size(line);
                if (size > 0) {
                    new Fixed(size).copy(in, out);
                    copyLine(in, out);
                }
                out.flush();
            } while (size > 0);
            String trailer;
            do {
                trailer = copyLine(in, out);
            } while (!trailer.isEmpty());
        }

        private static long size(String line) throws IOException {
            try {
                return Long.parseLong(line.split(";", 2)[0].strip(), 16);
            } catch (NumberFormatException e) {
                throw new IOException("Not a chunk: " + line, e);
            }
        }

        private static String copyLine(InputStream in, OutputStream out) throws IOException {
            String line = HttpHead.require(HttpHead.readLine(in));
            out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return line;
        }
    }

    /** A body that ends with the connection. */
    record UntilEnd() implements HttpBody {
        @Override
        public void copy(InputStream in, OutputStream out) throws IOException {
            in.transferTo(out);
        }

        @Override
        public boolean delimited() {
            return false;
        }
    }
}
