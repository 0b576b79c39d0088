package io.github.statelock.cli.serve;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * What bodies are taken, and whether they came whole. A body that was cut short must neither become a state nor, when nothing of
 * it is left, the empty body that breaks a lock: so its length or its digest must be known. Safe for use by several threads.
 */
final class Bodies {

    private static final String MD5 = "Content-MD5";

    private final ByteBudget budget;
    private final int maxStateBytes;

    Bodies(ByteBudget budget, int maxStateBytes) {
        this.budget = budget;
        this.maxStateBytes = maxStateBytes;
    }

    /** For a state: its bytes are reserved before the first is read. */
    BodyReader ofState(Exchange exchange) {
        long length = length(exchange, maxStateBytes);
        if (length > budget.most()) {
            throw Memory.neverEnough(length, budget.most());
        }
        ByteBudget.Share share = budget.reserve(Math.max(length, 0)).orElseThrow(Memory::full);
        exchange.atEnd(share::close);
        int most = (int) Math.min(maxStateBytes, budget.most());
        return new BodyReader(exchange.request(), (int) length, most, share);
    }

    /** For a lock info. It is small, and an UNLOCK must not fail because memory is full. */
    BodyReader ofLockInfo(Exchange exchange) {
        long length = length(exchange, LockInfoBody.MOST_BYTES);
        return new BodyReader(exchange.request(), (int) length, LockInfoBody.MOST_BYTES, null);
    }

    /** The announced length; -1 if a digest will tell whether all of it came. */
    private static long length(Exchange exchange, int most) {
        if (exchange.header("Transfer-Encoding") != null) {
            if (exchange.header(MD5) == null) {
                throw new Refusal(
                        411, "The body needs a Content-Length or a Content-MD5, to tell whether all of it came.");
            }
            return -1;
        }
        long length = Math.max(exchange.request().getLength(), 0);
        if (length > most) {
            throw BodyReader.tooLarge(most);
        }
        return length;
    }

    /** Refuses what was changed on its way. */
    static void check(Exchange exchange, byte[] body) {
        String md5 = exchange.header(MD5);
        if (md5 != null && !md5.strip().equals(md5Of(body))) {
            throw new Refusal(400, "The body is not what its Content-MD5 says: it was changed on its way.");
        }
    }

    /** Whether the client sends a body, even an empty one: both clients send the digest of an empty body too. */
    static boolean isMeant(Exchange exchange, byte[] body) {
        return body.length > 0 || exchange.header(MD5) != null;
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
