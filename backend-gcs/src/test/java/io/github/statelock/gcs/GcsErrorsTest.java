package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.client.googleapis.json.GoogleJsonError;
import com.google.api.client.http.HttpHeaders;
import com.google.api.client.http.HttpResponseException;
import com.google.cloud.NoCredentials;
import com.google.cloud.storage.StorageException;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StateKey;
import io.github.statelock.gcs.GcsErrors.Meaning;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each status code and reason means. */
class GcsErrorsTest {

    private static StorageException answered(int code, String reason, String message) {
        GoogleJsonError.ErrorInfo info = new GoogleJsonError.ErrorInfo();
        info.setReason(reason);
        info.setMessage(message);
        GoogleJsonError error = new GoogleJsonError();
        error.setCode(code);
        error.setMessage(message);
        error.setErrors(List.of(info));
        return new StorageException(error);
    }

    @ParameterizedTest
    @CsvSource({
        "304, notModified, REFUSED",
        "412, conditionNotMet, REFUSED",
        "404, notFound, MISSING",
        "401, authError, DENIED",
        "403, forbidden, DENIED",
        "403, insufficientPermissions, DENIED",
        "403, rateLimitExceeded, UNAVAILABLE",
        "403, userRateLimitExceeded, UNAVAILABLE",
        "403, retentionPolicyNotMet, MISCONFIGURED",
        "403, objectUnderActiveHold, MISCONFIGURED",
        "400, userProjectMissing, MISCONFIGURED",
        "400, invalid, MISCONFIGURED",
        "408, requestTimeout, UNKNOWN",
        "409, conflict, UNAVAILABLE",
        "413, uploadTooLarge, MISCONFIGURED",
        "429, rateLimitExceeded, UNAVAILABLE",
        "500, backendError, UNKNOWN",
        "502, backendError, UNKNOWN",
        "503, backendError, UNKNOWN",
        "504, backendError, UNKNOWN"
    })
    void everyAnswerHasItsMeaning(int code, String reason, Meaning meaning) {
        assertThat(GcsErrors.meaning(answered(code, reason, "text"))).isEqualTo(meaning);
    }

    @Test
    void whatWasSurelyNotSentIsNotUnknown() {
        assertThat(silence(new ConnectException("refused"))).isEqualTo(Meaning.UNAVAILABLE);
        assertThat(silence(new UnknownHostException("nowhere"))).isEqualTo(Meaning.UNAVAILABLE);
        assertThat(silence(new SocketTimeoutException("read"))).isEqualTo(Meaning.UNKNOWN);
        assertThat(silence(new IOException("reset"))).isEqualTo(Meaning.UNKNOWN);
    }

    private static Meaning silence(IOException e) {
        return GcsErrors.meaning(new StorageException(e));
    }

    @Test
    void messagesSayWhatToDo() {
        assertThat(GcsErrors.toThrow(answered(404, "notFound", "no bucket"), "gs://b/o"))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("There is no bucket for gs://b/o");
        assertThat(GcsErrors.toThrow(answered(403, "forbidden", "who?"), "gs://b/o"))
                .isInstanceOf(BackendDeniedException.class)
                .hasMessageContaining("storage.objects.get")
                .hasMessageContaining("[403 forbidden]");
        assertThat(GcsErrors.toThrow(answered(403, "retentionPolicyNotMet", "not yet"), "gs://b/o"))
                .hasMessageContaining("retention policy");
        assertThat(GcsErrors.toThrow(answered(403, "objectUnderActiveHold", "held"), "gs://b/o"))
                .hasMessageContaining("hold");
        assertThat(GcsErrors.toThrow(answered(400, "required", "Bucket is requester pays bucket"), "gs://b/o"))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("userProject");
        assertThat(GcsErrors.toThrow(answered(429, "rateLimitExceeded", "slow down"), "gs://b/o"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageEndingWith("Nothing was changed.");
    }

    @ParameterizedTest
    @CsvSource({
        "429, , 1",
        "429, 7, 7",
        "429, 0, 1",
        "429, soon, 1",
        "403, 3, 3",
    })
    void whatIsThrottledIsNotRepeatedSooner(int code, String header, int seconds) {
        HttpHeaders headers = new HttpHeaders();
        headers.setRetryAfter(header);
        IOException answer = new HttpResponseException.Builder(code, "", headers).build();
        StorageException e = new StorageException(code, "slow down", "rateLimitExceeded", answer);
        assertThat(GcsErrors.toThrow(e, "gs://b/o"))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        thrown -> assertThat(thrown.retryAfter()).contains(Duration.ofSeconds(seconds)));
    }

    @Test
    void whatIsNotThrottledMayBeRepeatedAtOnce() {
        assertThat(GcsErrors.toThrow(answered(409, "conflict", "again"), "gs://b/o"))
                .isInstanceOfSatisfying(
                        BackendUnavailableException.class,
                        thrown -> assertThat(thrown.retryAfter()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:1, http://127.0.0.1:1: java.net.ConnectException",
        "https://storage.invalid, java.net.UnknownHostException: storage.invalid"
    })
    void aServerThatIsNotThereIsNamed(URI server, String shown) {
        try (GcsBackend backend = GcsBackend.builder("bucket")
                .endpoint(server)
                .credentials(NoCredentials.getInstance())
                .build()) {
            assertThatThrownBy(() -> backend.locks().inspect(StateKey.of("a")))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("[no answer] " + shown)
                    .hasMessageEndingWith("Nothing was changed.");
        }
    }

    @Test
    void whatMayHaveBeenAppliedIsNotSaidToHaveChangedNothing() {
        assertThat(GcsErrors.toThrow(new StorageException(new IOException("reset")), "gs://b/o"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageEndingWith("[no answer] java.io.IOException: reset");
    }
}
