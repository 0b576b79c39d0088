package io.github.statelock.gcs;

import com.google.api.client.http.HttpResponseException;
import com.google.auth.Retryable;
import com.google.cloud.storage.StorageException;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What the service's errors mean. The only file that knows status codes. */
final class GcsErrors {

    /** The meaning of an error to somebody who sent a change. */
    enum Meaning {
        /** A precondition did not hold. */
        REFUSED,
        /** No such bucket or object. */
        MISSING,
        DENIED,
        MISCONFIGURED,
        /** Not applied, and worth another try. */
        UNAVAILABLE,
        /** The change may have been applied. */
        UNKNOWN
    }

    private static final Set<String> THROTTLED =
            Set.of("rateLimitExceeded", "userRateLimitExceeded", "usageLimits.rateLimitExceeded", "quotaExceeded");
    /** The service takes about one change of an object per second. */
    static final Duration CHANGE_INTERVAL = Duration.ofSeconds(1);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");
    private static final Set<String> PROTECTED = Set.of("retentionPolicyNotMet", "objectUnderActiveHold");

    private static final int PROXY_WANTS_PASSWORD = 407;
    private static final String NOTHING_CHANGED = ". Nothing was changed.";

    private GcsErrors() {}

    /** Whether the service said that it was asked too often. */
    private static boolean isThrottled(StorageException e) {
        return e.getCode() == 429 || (e.getCode() == 403 && THROTTLED.contains(reason(e)));
    }

    /** How long the service wants not to be asked again; it says so itself only seldom. */
    private static Duration retryAfter(StorageException e) {
        @Nullable
        String header = e.getCause() instanceof HttpResponseException answer
                ? answer.getHeaders().getRetryAfter()
                : null;
        Duration said = header != null && SECONDS.matcher(header).matches()
                ? Duration.ofSeconds(Long.parseLong(header))
                : Duration.ZERO;
        return said.compareTo(CHANGE_INTERVAL) > 0 ? said : CHANGE_INTERVAL;
    }

    static Meaning meaning(StorageException e) {
        int code = e.getCode();
        return switch (code) {
            case 304, 412 -> Meaning.REFUSED;
            case 404 -> Meaning.MISSING;
            case 401, PROXY_WANTS_PASSWORD -> Meaning.DENIED;
            case 403 -> meaningOfForbidden(reason(e));
            case 408 -> Meaning.UNKNOWN;
            case 409, 429 -> Meaning.UNAVAILABLE;
            default ->
                code >= 400 && code < 500
                        ? Meaning.MISCONFIGURED
                        : code == StorageException.UNKNOWN_CODE ? meaningOfSilence(e) : Meaning.UNKNOWN;
        };
    }

    private static Meaning meaningOfForbidden(String reason) {
        if (THROTTLED.contains(reason)) {
            return Meaning.UNAVAILABLE;
        }
        return PROTECTED.contains(reason) ? Meaning.MISCONFIGURED : Meaning.DENIED;
    }

    /** There was no answer: was the request sent at all? */
    private static Meaning meaningOfSilence(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof Retryable token) { // no access token: the request was not sent
                return token.isRetryable() ? Meaning.UNAVAILABLE : Meaning.DENIED;
            }
            if (e instanceof ConnectException
                    || e instanceof UnknownHostException
                    || e instanceof NoRouteToHostException
                    || e instanceof HttpConnectTimeoutException
                    || e instanceof SSLHandshakeException
                    || isRefusedByProxy(e)) {
                return Meaning.UNAVAILABLE;
            }
        }
        return Meaning.UNKNOWN;
    }

    /** What the JDK's client says if the proxy did not open a connection to the service, which so was not asked. */
    private static boolean isRefusedByProxy(Throwable e) {
        return e instanceof IOException && String.valueOf(e.getMessage()).startsWith("Tunnel failed, got: ");
    }

    /**
     * What a failed read throws; also what a change throws that was surely not applied.
     *
     * @param object the object's URI
     */
    static StatelockException toThrow(StorageException e, String object) {
        String answer = answer(e);
        if (e.getCode() == PROXY_WANTS_PASSWORD) {
            return new BackendDeniedException(
                    "The proxy refused a request for " + object + ". Name a user and a password in"
                            + " HTTPS_PROXY=http://user:password@host:port, and start Java with"
                            + " -Djdk.http.auth.tunneling.disabledSchemes= since it sends no password to a proxy"
                            + " otherwise. " + answer + NOTHING_CHANGED,
                    e);
        }
        return switch (meaning(e)) {
            case MISSING ->
                new BackendMisconfiguredException(
                        "There is no bucket for " + object + ". Create it, or correct its name. " + answer, e);
            case DENIED ->
                new BackendDeniedException(
                        "Google Cloud Storage denied a request for " + object
                                + ". Locks and states need storage.objects.get, create, update, delete and list. "
                                + answer,
                        e);
            case MISCONFIGURED -> new BackendMisconfiguredException(advice(e) + " (" + object + ") " + answer, e);
            default -> {
                String message = "Google Cloud Storage did not serve a request for " + object + ". " + answer
                        + (meaning(e) == Meaning.UNAVAILABLE ? NOTHING_CHANGED : "");
                yield isThrottled(e)
                        ? new BackendUnavailableException(message, e, retryAfter(e))
                        : new BackendUnavailableException(message, e);
            }
        };
    }

    /**
     * What a request throws that failed before it was sent.
     *
     * @param object the object's URI
     */
    static StatelockException notSent(RuntimeException e, String object) {
        if (e instanceof StorageException failure && meaning(failure) != Meaning.UNKNOWN) {
            return toThrow(failure, object);
        }
        Throwable why = root(e);
        String message = "A request for " + object + " could not be sent: " + why + NOTHING_CHANGED;
        if (why instanceof RuntimeException) { // such as a header that no request can have
            return new BackendMisconfiguredException(message, e);
        }
        return why instanceof GeneralSecurityException
                ? new BackendDeniedException(message, e)
                : new BackendUnavailableException(message, e);
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String advice(StorageException e) {
        String reason = reason(e);
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (reason.equals("retentionPolicyNotMet")) {
            return "A retention policy forbids to change or delete the object. Locks need a bucket without one: their"
                    + " objects are deleted at each release";
        }
        if (reason.equals("objectUnderActiveHold")) {
            return "The object is under a hold, which forbids to change or delete it. Remove the hold, and the bucket's"
                    + " default event-based hold";
        }
        if (message.contains("requester pays") || reason.startsWith("userProject")) {
            return "The bucket's requesters pay: name the project to bill with userProject";
        }
        if (reason.contains("ncryption") || reason.contains("Kms")) {
            return "The encryption key does not fit the object or the bucket";
        }
        return "Google Cloud Storage does not take the request";
    }

    private static String answer(StorageException e) {
        boolean silent = e.getCode() == StorageException.UNKNOWN_CODE;
        return "[" + (silent ? "no answer" : e.getCode()) + (reason(e).isEmpty() ? "" : " " + reason(e)) + "] "
                + (silent ? whySilent(e) : e.getMessage());
    }

    /** The client's words, where there are any, and the failure underneath, which may have none. */
    private static String whySilent(StorageException e) {
        Throwable why = e;
        while (why.getCause() != null && (why == e || why.getClass() == IOException.class)) {
            why = why.getCause();
        }
        @Nullable String message = e.getMessage();
        return message == null || why.toString().contains(message) ? why.toString() : message + ": " + why;
    }

    private static String reason(StorageException e) {
        @Nullable String reason = e.getReason();
        return reason == null ? "" : reason;
    }
}
