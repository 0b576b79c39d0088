package io.github.statelock.azure;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.exception.HttpResponseException;
import com.azure.core.http.HttpHeaderName;
import com.azure.storage.blob.models.BlobStorageException;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.azure.CallThreads.CallTimeoutException;
import io.github.statelock.azure.CallThreads.NotStartedException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/** What the service's and the client's errors mean: the only place that knows status codes. */
final class BlobErrors {

    private static final Set<String> CHANGED =
            Set.of("ConditionNotMet", "TargetConditionNotMet", "BlobAlreadyExists", "ResourceAlreadyExists");

    /** Refused for now, whatever the status: nothing was applied, and the same request may succeed later. */
    private static final Set<String> LATER = Set.of(
            "ServerBusy",
            "ContainerBeingDeleted",
            "AccountBeingCreated",
            "PendingCopyOperation",
            "SystemInUse",
            "SnapshotOperationRateExceeded",
            "Md5Mismatch");

    /** Refused until somebody changes the setup, and what to do about it. */
    private static final Map<String, String> ADVICE = Map.ofEntries(
            Map.entry("ContainerNotFound", "There is no such container: create it, or correct its name"),
            Map.entry("ContainerDisabled", "The container is disabled: ask the account's administrator"),
            Map.entry("AccountIsDisabled", "The storage account is disabled: ask its administrator"),
            Map.entry("InvalidBlobType", "The blob is no block blob: move it away, a state is a block blob"),
            Map.entry("BlobArchived", "The blob is in the archive tier: set its tier to hot, cool or cold"),
            Map.entry("BlobBeingRehydrated", "The blob comes back from the archive tier, which takes hours: wait"),
            Map.entry(
                    "BlobImmutableDueToPolicy",
                    "An immutability policy or a legal hold forbids changes: states and their locks need a container"
                            + " without one"),
            Map.entry(
                    "BlobUsesCustomerSpecifiedEncryption",
                    "The blob is encrypted with another customer-provided key or encryption scope: give the same to the"
                            + " builder"),
            Map.entry("MetadataTooLarge", "The blob's metadata with the lock would pass 8 KiB: remove some of it"),
            Map.entry("SnapshotCountExceeded", "The blob has as many snapshots as it may have: delete old ones"),
            Map.entry("InvalidResourceName", "The service does not take this name for a container or blob"));

    private static final int PROXY_WANTS_PASSWORD = 407;

    private static final String NOTHING_APPLIED = " Nothing was changed.";

    private BlobErrors() {}

    /**
     * What a failure means.
     *
     * @param where container and blob, for the message
     * @param reached whether this endpoint has ever answered: if not, a host that cannot be found may be a wrong name
     */
    static BlobFailure of(RuntimeException e, String where, boolean reached) {
        if (e instanceof HttpResponseException answer && answer.getResponse() != null) {
            return answered(answer, where);
        }
        return unsent(e, where, reached)
                .map(meaning -> new BlobFailure(Kind.REFUSED, meaning, e))
                .orElseGet(() -> unanswered(e, where, "no answer"));
    }

    /** What a failure means that came before the request was handed to the HTTP client, and ended it. */
    static BlobFailure notSent(RuntimeException e, String where) {
        return new BlobFailure(Kind.REFUSED, meaningOfUnsent(e, where), e);
    }

    private static StatelockException meaningOfUnsent(RuntimeException e, String where) {
        if (find(e, ClientAuthenticationException.class).isPresent()) {
            return new BackendDeniedException(
                    "No credential for " + where + " could be had: sign in, or set one in the environment."
                            + NOTHING_APPLIED,
                    e);
        }
        boolean wrong = find(e, IllegalArgumentException.class).isPresent()
                || find(e, IllegalStateException.class).isPresent();
        return wrong
                ? new BackendMisconfiguredException(
                        "A request for " + where + " could not be made of the client's settings: is the key or the"
                                + " token complete, and is every name allowed?" + NOTHING_APPLIED,
                        e)
                : new BackendUnavailableException(
                        "A request for " + where + " could not be sent (" + reason(e) + ")." + NOTHING_APPLIED, e);
    }

    private static String reason(RuntimeException e) {
        if (e instanceof CallTimeoutException) {
            return "it was not ready in time, such as for want of a token";
        }
        return e instanceof NotStartedException ? String.valueOf(e.getMessage()) : "the client failed before";
    }

    /** For a blob that the service would let us replace by one of another type. */
    static BlobFailure noBlockBlob(String where) {
        StatelockException meaning = new BackendMisconfiguredException(
                ADVICE.get("InvalidBlobType") + ": " + where + "." + NOTHING_APPLIED, null);
        return new BlobFailure(Kind.REFUSED, meaning, meaning);
    }

    private static BlobFailure answered(HttpResponseException e, String where) {
        int status = e.getResponse().getStatusCode();
        @Nullable String named = e.getResponse().getHeaderValue(HttpHeaderName.fromString("x-ms-error-code"));
        String code = named != null
                ? named
                : e instanceof BlobStorageException b && b.getErrorCode() != null
                        ? b.getErrorCode().toString()
                        : "";
        String what = "status " + status + (code.isEmpty() ? "" : " " + code);
        if (status == PROXY_WANTS_PASSWORD) {
            return new BlobFailure(Kind.REFUSED, proxyRefused(where, what, e), e);
        }
        Kind kind = kind(status, code);
        if (kind == Kind.UNANSWERED) {
            return unanswered(e, where, what);
        }
        return new BlobFailure(kind, meaning(status, code, what, where, e), e);
    }

    /** The proxy's answer: the service was not asked. */
    private static StatelockException proxyRefused(String where, String what, Throwable cause) {
        return new BackendDeniedException(
                "The proxy refused a request for " + where + " (" + what + "). Name a user and a password in"
                        + " HTTPS_PROXY=http://user:password@host:port, and start Java with"
                        + " -Djdk.http.auth.tunneling.disabledSchemes= since it sends no password to a proxy otherwise."
                        + NOTHING_APPLIED,
                cause);
    }

    private static Kind kind(int status, String code) {
        if (code.startsWith("Lease")) {
            return Kind.LEASED;
        }
        if (CHANGED.contains(code) || (status == 412 && code.isEmpty())) {
            return Kind.CHANGED;
        }
        if (code.equals("SnapshotsPresent")) {
            return Kind.HAS_SNAPSHOTS;
        }
        if (code.equals("BlobNotFound") || code.equals("ResourceNotFound") || (status == 404 && code.isEmpty())) {
            return Kind.NO_BLOB;
        }
        boolean tellsNothing = status >= 500 || status == 408 || status < 400;
        return tellsNothing && !LATER.contains(code) ? Kind.UNANSWERED : Kind.REFUSED;
    }

    private static StatelockException meaning(int status, String code, String what, String where, Throwable cause) {
        if (status == 401 || status == 403) {
            return new BackendDeniedException(
                    "Azure denied a request for " + where + " (" + what + "). It takes the role Storage Blob Data"
                            + " Contributor on the container, or a SAS"
                            + " with the permissions racwdl that has not"
                            + " expired."
                            + NOTHING_APPLIED,
                    cause);
        }
        if (status == 429 || LATER.contains(code)) {
            return new BackendUnavailableException(
                    "Azure did not serve a request for " + where + " now (" + what + ")." + NOTHING_APPLIED, cause);
        }
        String advice = ADVICE.getOrDefault(code, "Azure refused a request");
        return new BackendMisconfiguredException(advice + ": " + where + " (" + what + ")." + NOTHING_APPLIED, cause);
    }

    private static BlobFailure unanswered(RuntimeException e, String where, String what) {
        return new BlobFailure(
                Kind.UNANSWERED,
                new BackendUnavailableException("Azure did not answer a request for " + where + " (" + what + ").", e),
                e);
    }

    /** For requests that surely never reached the service. */
    private static Optional<StatelockException> unsent(RuntimeException e, String where, boolean reached) {
        boolean unknownHost = find(e, UnknownHostException.class).isPresent()
                || find(e, UnresolvedAddressException.class).isPresent();
        if (unknownHost && !reached) {
            return Optional.of(new BackendUnavailableException(
                    "The storage account's host for " + where + " cannot be found: is this machine online, and the"
                            + " account's name right?" + NOTHING_APPLIED,
                    e));
        }
        Optional<String> refusedByProxy = refusedByProxy(e);
        boolean unsent = unknownHost
                || refusedByProxy.isPresent()
                || find(e, ConnectException.class).isPresent()
                || find(e, NoRouteToHostException.class).isPresent()
                || find(e, HttpConnectTimeoutException.class).isPresent()
                || find(e, SSLHandshakeException.class).isPresent();
        return unsent
                ? Optional.of(new BackendUnavailableException(
                        "The storage account's endpoint for " + where + " cannot be reached"
                                + refusedByProxy
                                        .map(answer -> " (" + answer + ")")
                                        .orElse("") + "." + NOTHING_APPLIED,
                        e))
                : Optional.empty();
    }

    /** What the JDK's client says if the proxy did not open a connection to the service, which so was not asked. */
    private static Optional<String> refusedByProxy(Throwable e) {
        return find(e, IOException.class)
                .map(Throwable::getMessage)
                .filter(message -> message.startsWith("Tunnel failed, got: "))
                .map(message -> "the proxy answered " + message.substring("Tunnel failed, got: ".length()));
    }

    private static <T extends Throwable> Optional<T> find(Throwable e, Class<T> type) {
        @Nullable Throwable cause = e;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }
}
