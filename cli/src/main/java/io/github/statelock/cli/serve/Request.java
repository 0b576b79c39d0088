package io.github.statelock.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import io.github.statelock.terraform.LockInfoCodec;
import java.io.IOException;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request, and what of it the access log shows. Belongs to the thread that serves it. */
final class Request {

    private static final int MAX_LOCK_BYTES = LockInfoCodec.MAX_READ_BYTES;

    private final HttpExchange exchange;
    private Optional<String> lockId = Optional.empty();
    private long received;

    Request(HttpExchange exchange) {
        this.exchange = exchange;
    }

    String method() {
        return exchange.getRequestMethod();
    }

    URI uri() {
        return exchange.getRequestURI();
    }

    @Nullable
    String header(String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    /** How many bytes of the body were read. */
    long received() {
        return received;
    }

    /** The lock that the request named, as far as it is known. */
    Optional<String> namedLock() {
        return lockId;
    }

    /** The lock that the query names. */
    Optional<String> lockIdOfQuery() {
        lockId = Target.lockId(uri());
        return lockId;
    }

    /** The lock info that is the body; empty for an empty body. */
    Optional<LockInfo> lockInfo() throws IOException {
        byte[] body = body(MAX_LOCK_BYTES);
        if (body.length == 0) {
            return Optional.empty();
        }
        try {
            LockInfo info = LockInfoCodec.decode(body);
            lockId = Optional.of(Target.validId(info.id()));
            return Optional.of(info);
        } catch (StateCorruptException e) {
            throw new Refusal(400, "The body is no lock info: " + e.getMessage());
        }
    }

    /**
     * The body, whole. A body that was cut short must neither become a state nor, when nothing of it is left, the empty body
     * that breaks a lock: so its length or its digest must be known.
     */
    byte[] body(int most) throws IOException {
        boolean chunked = header("Transfer-Encoding") != null;
        String md5 = header("Content-MD5");
        if (chunked && md5 == null) {
            throw new Refusal(411, "The body needs a Content-Length or a Content-MD5, to tell whether all of it came.");
        }
        long announced = chunked ? 0 : contentLength();
        if (announced > most) {
            throw tooLarge(most);
        }
        byte[] body = exchange.getRequestBody().readNBytes(most + 1);
        received = body.length;
        if (body.length > most) {
            throw tooLarge(most);
        }
        if (!chunked && body.length != announced) { // not every JDK's own stream tells
            throw new Refusal(400, "The body ended early, after " + body.length + " of " + announced + " bytes.");
        }
        if (md5 != null && !md5.strip().equals(md5Of(body))) {
            throw new Refusal(400, "The body is not what its Content-MD5 says: it was changed on its way.");
        }
        return body;
    }

    private long contentLength() {
        String length = header("Content-Length");
        try {
            return length == null ? 0 : Long.parseLong(length.strip());
        } catch (NumberFormatException e) {
            throw new Refusal(400, "The Content-Length is no number.");
        }
    }

    private static Refusal tooLarge(int most) {
        return new Refusal(413, "The body is larger than the " + most + " bytes that are taken.");
    }

    /** The clients chose MD5; it guards against accidents, and not against enemies. */
    private static String md5Of(byte[] body) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
