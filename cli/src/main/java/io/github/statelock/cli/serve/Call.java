package io.github.statelock.cli.serve;

import io.github.statelock.StateKey;
import java.util.Optional;

/**
 * What a request asks for, by its method and address.
 *
 * <p>Besides the methods that both clients use where nothing else is configured, GitLab's convention is understood: a lock has an
 * address of its own, the state's with {@value #LOCK_SUFFIX} at its end, where POST locks and DELETE unlocks. So no state whose
 * key ends like that is served: one address never means two things.
 *
 * @param kind what is asked for
 * @param key the state
 * @param lockId the lock that the query names
 */
record Call(Kind kind, StateKey key, Optional<String> lockId) {

    static final String LOCK_SUFFIX = "/lock";

    private static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, LOCK, UNLOCK";
    private static final String ALLOWED_AT_LOCK = "POST, PUT, DELETE, LOCK, UNLOCK";

    /** What can be asked for. */
    enum Kind {
        READ,
        /** A state in the body; a lock info in its place asks for the lock. */
        WRITE,
        /** Without a body. With a lock info, it asks to unlock. */
        DELETE,
        LOCK,
        UNLOCK
    }

    /** What is asked for at this address. */
    static Call of(String method, StateKey key, Optional<String> lockId) {
        String text = key.value();
        if (text.endsWith(LOCK_SUFFIX)) {
            String state = text.substring(0, text.length() - LOCK_SUFFIX.length());
            return new Call(ofLock(method), StateKey.of(state), lockId);
        }
        return new Call(ofState(method), key, lockId);
    }

    private static Kind ofState(String method) {
        return switch (method) {
            case "GET", "HEAD" -> Kind.READ;
            case "POST", "PUT" -> Kind.WRITE;
            case "DELETE" -> Kind.DELETE;
            case "LOCK" -> Kind.LOCK;
            case "UNLOCK" -> Kind.UNLOCK;
            default -> throw notAllowed(ALLOWED, "There is no such method here.");
        };
    }

    private static Kind ofLock(String method) {
        return switch (method) {
            case "POST", "PUT", "LOCK" -> Kind.LOCK;
            case "DELETE", "UNLOCK" -> Kind.UNLOCK;
            default ->
                throw notAllowed(
                        ALLOWED_AT_LOCK,
                        "An address that ends with " + LOCK_SUFFIX
                                + " is where a state's lock is, and not a state's own.");
        };
    }

    private static Refusal notAllowed(String allowed, String text) {
        return new Refusal(Answer.text(405, text).with("Allow", allowed));
    }

    Call as(Kind other) {
        return new Call(other, key, lockId);
    }
}
