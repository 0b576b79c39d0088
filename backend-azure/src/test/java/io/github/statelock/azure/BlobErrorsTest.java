package io.github.statelock.azure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.exception.ClientAuthenticationException;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.storage.blob.models.BlobStorageException;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.azure.BlobFailure.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Tag("real-time")
class BlobErrorsTest {

    private static final StateKey KEY = StateKey.of("errors/state");

    @ParameterizedTest
    @CsvSource({
        "404, BlobNotFound, NO_BLOB",
        "404, '', NO_BLOB",
        "409, LeaseAlreadyPresent, LEASED",
        "409, LeaseIdMismatchWithLeaseOperation, LEASED",
        "412, LeaseIdMismatchWithBlobOperation, LEASED",
        "409, LeaseIdMismatchWithBlobOperation, LEASED",
        "412, LeaseIdMissing, LEASED",
        "412, LeaseLost, LEASED",
        "412, ConditionNotMet, CHANGED",
        "409, BlobAlreadyExists, CHANGED",
        "412, '', CHANGED",
        "409, SnapshotsPresent, HAS_SNAPSHOTS",
        "404, ContainerNotFound, REFUSED",
        "403, AuthorizationFailure, REFUSED",
        "409, InvalidBlobType, REFUSED",
        "503, ServerBusy, REFUSED",
        "429, '', REFUSED",
        "500, InternalError, UNANSWERED",
        "500, OperationTimedOut, UNANSWERED",
        "503, '', UNANSWERED",
        "408, '', UNANSWERED"
    })
    void aStatusAndACodeHaveOneMeaning(int status, String code, Kind kind) {
        assertThat(failure(status, code).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({
        "401, NoAuthenticationInformation, BackendDeniedException",
        "403, AuthorizationPermissionMismatch, BackendDeniedException",
        "404, ContainerNotFound, BackendMisconfiguredException",
        "409, ContainerBeingDeleted, BackendUnavailableException",
        "409, InvalidBlobType, BackendMisconfiguredException",
        "409, BlobArchived, BackendMisconfiguredException",
        "409, BlobBeingRehydrated, BackendMisconfiguredException",
        "409, BlobImmutableDueToPolicy, BackendMisconfiguredException",
        "409, BlobUsesCustomerSpecifiedEncryption, BackendMisconfiguredException",
        "400, MetadataTooLarge, BackendMisconfiguredException",
        "400, InvalidHeaderValue, BackendMisconfiguredException",
        "400, Md5Mismatch, BackendUnavailableException",
        "503, ServerBusy, BackendUnavailableException",
        "429, TooManyRequests, BackendUnavailableException"
    })
    void aRefusalSaysWhatItIsAndThatNothingWasChanged(int status, String code, String error) {
        BlobFailure failure = failure(status, code);
        assertThat(failure.kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure.refusal().getClass().getSimpleName()).isEqualTo(error);
        assertThat(failure.refusal()).hasMessageContaining("box/" + KEY).hasMessageEndingWith("Nothing was changed.");
    }

    @Test
    void whatWasNeverSentIsNotUnknown() {
        assertThat(failure(new ConnectException("refused"), true).refusal())
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(failure(new ConnectException("refused"), true).kind()).isEqualTo(Kind.REFUSED);
        assertThat(failure(new UnknownHostException("acount.blob"), false).refusal())
                .as("a wrong name, or a machine that is offline")
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("account");
        assertThat(failure(new UnknownHostException("acount.blob"), true).refusal())
                .as("a name that was found before")
                .isInstanceOf(BackendUnavailableException.class);
        assertThat(failure(new IOException("reset"), true).kind()).isEqualTo(Kind.UNANSWERED);
    }

    @Test
    void aCredentialThatCannotBeHadIsDenied() {
        RuntimeException e = new ClientAuthenticationException("sign in", null);
        assertThat(BlobErrors.notSent(e, "box").refusal()).isInstanceOf(BackendDeniedException.class);
    }

    @Test
    void aMissingContainerAndAWrongKeyAreToldApart() {
        try (AzureBackend backend = open("nosuchcontainer", TestContainer.KEY)) {
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LockOptions.operation("x")))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("nosuchcontainer");
            assertThatThrownBy(() -> backend.states().read(KEY)).isInstanceOf(BackendMisconfiguredException.class);
            assertThatThrownBy(() -> backend.states().list("")).isInstanceOf(BackendMisconfiguredException.class);
        }
        try (AzureBackend backend = open("nosuchcontainer", "AAAA")) {
            assertThatThrownBy(() -> backend.locks().acquire(KEY, LockOptions.operation("x")))
                    .isInstanceOf(BackendDeniedException.class);
        }
    }

    @Test
    void aBlobThatIsNoBlockBlobIsNotOverwritten() {
        TestContainer container = TestContainer.create();
        container.blob(KEY).getAppendBlobClient().create();
        container
                .blob(KEY)
                .getAppendBlobClient()
                .appendBlock(new ByteArrayInputStream("log".getBytes(StandardCharsets.UTF_8)), 3);
        try (AzureBackend backend = open(container.name(), TestContainer.KEY)) {
            assertThatThrownBy(() -> backend.states()
                            .write(KEY, "x".getBytes(StandardCharsets.UTF_8), WriteCondition.unconditional()))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("block blob");
        }
    }

    private static AzureBackend open(String container, String key) {
        return AzureBackend.builder()
                .endpoint(TestContainer.endpoint())
                .container(container)
                .accountKey(key)
                .build();
    }

    private static BlobFailure failure(IOException cause, boolean reached) {
        return BlobErrors.of(new UncheckedIOException(cause), "box/" + KEY, reached);
    }

    private static BlobFailure failure(int status, String code) {
        BlobStorageException e = new BlobStorageException("refused", new Answer(status, code), null);
        return BlobErrors.of(e, "box/" + KEY, true);
    }

    /** An answer of the service without body. */
    private static final class Answer extends HttpResponse {

        private final int status;
        private final HttpHeaders headers = new HttpHeaders();

        Answer(int status, String code) {
            super(new HttpRequest(
                    HttpMethod.PUT,
                    URI.create("https://a.blob.core.windows.net/box").toString()));
            this.status = status;
            if (!code.isEmpty()) {
                headers.set(HttpHeaderName.fromString("x-ms-error-code"), code);
            }
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        @Deprecated
        public String getHeaderValue(String name) {
            return headers.getValue(HttpHeaderName.fromString(name));
        }

        @Override
        public String getHeaderValue(HttpHeaderName name) {
            return headers.getValue(name);
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public Flux<ByteBuffer> getBody() {
            return Flux.empty();
        }

        @Override
        public Mono<byte[]> getBodyAsByteArray() {
            return Mono.empty();
        }

        @Override
        public Mono<String> getBodyAsString() {
            return Mono.empty();
        }

        @Override
        public Mono<String> getBodyAsString(Charset charset) {
            return Mono.empty();
        }
    }
}
