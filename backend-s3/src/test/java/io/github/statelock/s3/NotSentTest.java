package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.testkit.ArmedWireFault;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What fails before a request is sent has changed nothing, and is not unknown. */
@Tag("real-time")
@Timeout(90)
class NotSentTest {

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("not-sent/" + UUID.randomUUID());

    private static RuntimeException failure(String name) {
        return switch (name) {
            case "BackendMisconfiguredException" -> new IllegalArgumentException("no such profile setting");
            case "BackendDeniedException" ->
                SdkClientException.create("The SSO session associated with this profile has expired");
            default -> SdkClientException.create("IMDS", new SocketTimeoutException("metadata service"));
        };
    }

    private enum Kind {
        DENIED(BackendDeniedException.class),
        MISCONFIGURED(BackendMisconfiguredException.class),
        UNAVAILABLE(BackendUnavailableException.class);

        private final Class<? extends Exception> thrown;

        Kind(Class<? extends Exception> thrown) {
            this.thrown = thrown;
        }
    }

    @ParameterizedTest
    @EnumSource
    void credentialsThatFail(Kind kind) {
        AwsCredentialsProvider broken = () -> {
            throw failure(kind.thrown.getSimpleName());
        };
        try (FaultProxy s3 = FaultProxy.inFrontOf(TestServers.s3().uri());
                FaultProxy table = FaultProxy.inFrontOf(TestServers.dynamoDb().uri());
                S3Client client = client(s3.uri(), broken);
                DynamoDbClient tables = DynamoDbClient.builder()
                        .endpointOverride(table.uri())
                        .region(Region.US_EAST_1)
                        .credentialsProvider(broken)
                        .build();
                S3Backend files = S3Backend.builder(store.bucket)
                        .s3Client(client)
                        .verifyConditionalWrites(false)
                        .callTimeout(Duration.ofSeconds(3))
                        .transferTimeout(Duration.ofSeconds(6))
                        .build();
                S3Backend items = S3Backend.builder(store.bucket)
                        .s3Client(client)
                        .dynamoDbClient(tables)
                        .lockTable(store.table)
                        .verifyConditionalWrites(false)
                        .callTimeout(Duration.ofSeconds(3))
                        .build()) {
            LockOptions options = LockOptions.builder().noLease().build();
            for (S3Backend backend : new S3Backend[] {files, items}) {
                assertThatThrownBy(() -> backend.locks().tryAcquire(key, options))
                        .isInstanceOf(kind.thrown)
                        .hasMessageEndingWith("Nothing was changed.");
            }
            assertThatThrownBy(() -> files.states().write(key, new byte[] {1}, WriteCondition.ifAbsent()))
                    .isInstanceOf(kind.thrown);
            assertThat(s3.requests()).isEmpty();
            assertThat(table.requests()).isEmpty();
        }
    }

    private static S3Client client(URI endpoint, AwsCredentialsProvider credentials) {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(credentials)
                .build();
    }

    /** A caller's client with one connection, which a read that hangs has. */
    @Test
    void aChangeWithoutAConnectionIsUnavailable() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri());
                S3Client client = S3Client.builder()
                        .httpClientBuilder(Apache5HttpClient.builder()
                                .maxConnections(1)
                                .connectionAcquisitionTimeout(Duration.ofMillis(200)))
                        .endpointOverride(proxy.uri())
                        .forcePathStyle(true)
                        .region(Region.US_EAST_1)
                        .credentialsProvider(S3TestStore.CREDENTIALS)
                        .build()) {
            ArmedWireFault hang = proxy.arm(WireFault.hang(), WireRequest.method("GET"));
            Thread hanging = new Thread(
                    () -> client.getObject(r -> r.bucket(store.bucket).key("hangs")));
            hanging.setUncaughtExceptionHandler((t, e) -> {}); // the client is closed under it
            hanging.setDaemon(true);
            hanging.start();
            hang.awaitFired(Duration.ofSeconds(60));
            LockDriver driver = S3TestStore.drivers(
                            S3Backend.builder(store.bucket).s3Client(client).verifyConditionalWrites(false))
                    .locks();
            assertThatThrownBy(() -> driver.tryAcquire(TestLocks.lasting(driver, key)))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageEndingWith("Nothing was changed.");
        }
    }
}
