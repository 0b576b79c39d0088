package io.github.statelock.s3;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * What the answers of S3 and DynamoDB mean. The only file that knows status codes.
 *
 * <p>An answer with a 4xx status, and a throttled request, promise that nothing was applied. A 5xx, a timeout and a broken
 * connection promise nothing.
 */
final class S3Errors {

    private static final Set<String> THROTTLED = Set.of(
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "TooManyRequestsException",
            "ProvisionedThroughputExceededException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "BandwidthLimitExceeded",
            "KMS.ThrottlingException");

    /** Answers that ask to try again, and promise that nothing was applied. */
    private static final Set<String> AGAIN = Set.of(
            "ConditionalRequestConflict",
            "OperationAborted",
            "RequestTimeout",
            "TransactionConflictException",
            "TransactionInProgressException");

    private static final Set<String> CREDENTIALS = Set.of(
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidToken",
            "TokenRefreshRequired",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "UnrecognizedClientException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "IncompleteSignature",
            "RequestTimeTooSkewed");

    private static final Map<String, String> SETUP = Map.of(
            "NoSuchBucket", "There is no such bucket.",
            "InvalidBucketName", "That is no name of a bucket.",
            "PermanentRedirect", "The bucket is in another region: set the region.",
            "AuthorizationHeaderMalformed", "The region is probably not the bucket's: set the region.",
            "IllegalLocationConstraintException", "The bucket is in another region: set the region.",
            "ResourceNotFoundException", "There is no such table in this region and account.",
            "ValidationException", "The table needs the partition key LockID of type S and no sort key.",
            "EntityTooLarge", "The state is larger than the store takes.",
            "NotImplemented", "The store does not know a part of this request, such as its condition.");

    /** What the SDK's HTTP clients throw that had no connection in time, by their names: any of them may be in use. */
    private static final Set<String> NO_CONNECTION =
            Set.of("ConnectTimeoutException", "ConnectionPoolTimeoutException", "ConnectionRequestTimeoutException");

    private static final Pattern CREDENTIALS_FAILED =
            Pattern.compile("credential|token|profile|sso|assume|role", Pattern.CASE_INSENSITIVE);

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,5}");
    private static final String NOTHING_APPLIED = ". Nothing was changed.";

    private S3Errors() {}

    /** Whether the store looked at the condition and refused. */
    static boolean isConditionFailed(Throwable e) {
        return e instanceof ConditionalCheckFailedException || status(e) == 412;
    }

    /** Whether the object is absent; not where the bucket is. */
    static boolean isMissing(Throwable e) {
        return status(e) == 404 && !SETUP.containsKey(code(e));
    }

    /** A read whose answer says that there is nothing, or nothing for us: S3 hides absence from who may not list. */
    static boolean isMissingOrHidden(Throwable e) {
        return isMissing(e) || isForbidden(e);
    }

    static boolean isForbidden(Throwable e) {
        return status(e) == 403 && !isCredentials(e);
    }

    /** Whether the client found that the bytes it read are not those of the store's checksum. */
    static boolean isChecksumMismatch(Throwable e) {
        return e instanceof SdkClientException && String.valueOf(e.getMessage()).contains("different checksum");
    }

    /** Whether the store does not know this kind of request. */
    static boolean isUnsupported(Throwable e) {
        return status(e) == 501 || status(e) == 405 || (status(e) == 400 && SETUP.get(code(e)) == null);
    }

    /**
     * What a failed change comes to, if nothing was applied for certain.
     *
     * @param action the permission that it needs
     * @param place the object or table
     */
    static Optional<StatelockException> notApplied(Throwable e, String action, String place) {
        if (e instanceof StatelockException known) {
            return Optional.of(known);
        }
        if (e instanceof NotSentException && e.getCause() != null) {
            return Optional.of(notSent(e.getCause(), action, place));
        }
        if (e instanceof AwsServiceException service) {
            return ofAnswer(service, action, place);
        }
        return e instanceof SdkClientException ? ofClient(e, action, place) : Optional.empty();
    }

    /** What a failed read comes to. */
    static StatelockException ofRead(Throwable e, String action, String place) {
        return notApplied(e, action, place)
                .orElseGet(() -> new BackendUnavailableException(
                        "No answer that could be used for " + action + " on " + place + ": " + text(e), e));
    }

    /** What the client failed at before it sent anything: mostly at the credentials, which may come from another service. */
    private static StatelockException notSent(Throwable e, String action, String place) {
        Optional<StatelockException> known =
                e instanceof SdkClientException ? ofClient(e, action, place) : Optional.empty();
        if (known.isPresent()) {
            return known.get();
        }
        String message = "Not sent: " + action + " on " + place + ": " + text(e) + NOTHING_APPLIED;
        boolean mayPass = e instanceof ApiCallTimeoutException
                || e instanceof AbortedException
                || isIn(e, IOException.class)
                || (e instanceof AwsServiceException service
                        && (service.statusCode() >= 500 || THROTTLED.contains(code(e))));
        if (mayPass) {
            return new BackendUnavailableException(message, e);
        }
        boolean ofCredentials = e instanceof AwsServiceException
                || (e instanceof SdkClientException
                        && CREDENTIALS_FAILED.matcher(text(e)).find());
        return ofCredentials ? new BackendDeniedException(message, e) : new BackendMisconfiguredException(message, e);
    }

    private static boolean isIn(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<StatelockException> ofAnswer(AwsServiceException e, String action, String place) {
        String code = code(e);
        String what = action + " on " + place + ": " + text(e);
        if (THROTTLED.contains(code) || e.statusCode() == 429) {
            String message = "Throttled: " + what + NOTHING_APPLIED;
            return Optional.of(retryAfter(e)
                    .map(time -> new BackendUnavailableException(message, e, time))
                    .orElseGet(() -> new BackendUnavailableException(message, e)));
        }
        if (AGAIN.contains(code) || e.statusCode() == 409) {
            return Optional.of(new BackendUnavailableException("To be tried again: " + what + NOTHING_APPLIED, e));
        }
        if (e.statusCode() >= 500 && e.statusCode() != 501) {
            return Optional.empty();
        }
        if (isCredentials(e)) {
            return Optional.of(new BackendDeniedException(
                    "The credentials are expired, unknown or wrong, or this machine's clock is: " + what, e));
        }
        if (isKms(e)) {
            return Optional.of(new BackendDeniedException(
                    "KMS denied the key. Reading needs kms:Decrypt, writing kms:GenerateDataKey too: " + what, e));
        }
        if (e.statusCode() == 403 || code.startsWith("AccessDenied")) {
            return Optional.of(new BackendDeniedException(
                    "Access denied; the policy must allow " + action + " on " + place + ". The service says: "
                            + text(e),
                    e));
        }
        return Optional.of(new BackendMisconfiguredException(hint(e, code) + " (" + what + ")", e));
    }

    /** AWS does not say; a store of another kind may. */
    private static Optional<Duration> retryAfter(AwsServiceException e) {
        return header(e, "Retry-After")
                .filter(value -> SECONDS.matcher(value).matches())
                .map(value -> Duration.ofSeconds(Long.parseLong(value)));
    }

    private static Optional<String> header(AwsServiceException e, String name) {
        return Optional.ofNullable(e.awsErrorDetails())
                .flatMap(details -> Optional.ofNullable(details.sdkHttpResponse()))
                .flatMap(http -> http.firstMatchingHeader(name));
    }

    private static String hint(AwsServiceException e, String code) {
        if (e.statusCode() >= 300 && e.statusCode() < 400) {
            String region =
                    header(e, "x-amz-bucket-region").map(name -> " " + name).orElse("");
            return "The bucket is in another region" + region + ": set the region.";
        }
        return SETUP.getOrDefault(code, "The store does not take this request.");
    }

    private static Optional<StatelockException> ofClient(Throwable e, String action, String place) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("unable to load credentials") || message.contains("failed to load credentials")) {
            return Optional.of(new BackendDeniedException(
                    "No AWS credentials were found for " + action + " on " + place
                            + ": set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give them to the builder.",
                    e));
        }
        return neverSent(e)
                ? Optional.of(new BackendUnavailableException(
                        "Not reached: " + action + " on " + place + ": " + text(e) + NOTHING_APPLIED, e))
                : Optional.empty();
    }

    /** Whether no connection was made, so that nothing was sent. */
    private static boolean neverSent(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException
                    || cause instanceof UnknownHostException
                    || cause instanceof NoRouteToHostException
                    || NO_CONNECTION.contains(cause.getClass().getSimpleName())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCredentials(Throwable e) {
        return CREDENTIALS.contains(code(e));
    }

    private static boolean isKms(AwsServiceException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return code(e).startsWith("KMS.")
                || (e.statusCode() < 500 && code(e).startsWith("AccessDenied") && message.contains("kms:"));
    }

    private static int status(@Nullable Throwable e) {
        return e instanceof AwsServiceException service ? service.statusCode() : 0;
    }

    private static String code(Throwable e) {
        if (!(e instanceof AwsServiceException service)) {
            return "";
        }
        @Nullable AwsErrorDetails details = service.awsErrorDetails();
        @Nullable String code = details == null ? null : details.errorCode();
        return code == null ? "" : code;
    }

    /** The service's own words, without what the client adds. */
    private static String text(Throwable e) {
        if (e instanceof AwsServiceException service) {
            @Nullable AwsErrorDetails details = service.awsErrorDetails();
            @Nullable String message = details == null ? null : details.errorMessage();
            String code = code(e);
            return (code.isEmpty() ? "status " + service.statusCode() : code)
                    + (message == null || message.isEmpty() ? "" : ", " + message);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException) { // it names the host; what wraps it only says to look there
                return cause.toString();
            }
        }
        return e.toString();
    }
}
