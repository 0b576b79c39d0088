package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.StatelockException.Kind;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.TestServers;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** What the services answer, and what it is called here. */
@Tag("real-time")
class S3ErrorsTest {

    private static final LockOptions OPTIONS = LockOptions.operation("errors");

    private final S3TestStore store = S3TestStore.shared();
    private final StateKey key = StateKey.of("errors/" + UUID.randomUUID() + ".tfstate");

    private static void assertIs(Kind kind, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatelockException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContainingAll(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied | Access Denied | DENIED | s3:PutObject",
                "403 | AccessDenied | User is not authorized to perform: kms:GenerateDataKey | DENIED | kms:GenerateDataKey",
                "400 | KMS.DisabledException | the key is disabled | DENIED | KMS",
                "400 | ExpiredToken | The provided token has expired. | DENIED | credentials",
                "403 | InvalidAccessKeyId | The key does not exist | DENIED | credentials",
                "301 | PermanentRedirect | The bucket must be addressed elsewhere | MISCONFIGURED | region",
                "400 | AuthorizationHeaderMalformed | the region is wrong | MISCONFIGURED | region",
                "404 | NoSuchBucket | no such bucket | MISCONFIGURED | no such bucket",
                "501 | NotImplemented | a header you provided | MISCONFIGURED | does not know",
            })
    void whatS3AnswersToAWrite(int status, String code, String message, Kind kind, String word) {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri());
                S3Backend backend = S3TestStore.at(
                                proxy.uri(), TestServers.dynamoDb().uri())
                        .builder(S3LockMode.LOCK_FILE)
                        .build()) {
            proxy.arm(WireFault.answer(status, "application/xml", xml(code, message)), WireRequest.method("PUT"));
            assertIs(kind, () -> backend.locks().acquire(key, OPTIONS), word, store.bucket);
            proxy.assertFired();
        }
    }

    @ParameterizedTest
    @CsvSource({"409, ConditionalRequestConflict", "503, SlowDown", "429, TooManyRequestsException"})
    void whatAsksToTryAgainIsTriedAgain(int status, String code) throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri());
                S3Backend backend = S3TestStore.at(
                                proxy.uri(), TestServers.dynamoDb().uri())
                        .builder(S3LockMode.LOCK_FILE)
                        .build()) {
            proxy.arm(WireFault.answer(status, "application/xml", xml(code, "again")), WireRequest.method("PUT"), 0, 3);
            backend.locks().acquire(key, OPTIONS).release();
            proxy.assertFired();
        }
    }

    private static String xml(String code, String message) {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>" + message
                + "</Message></Error>";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AccessDeniedException | not authorized to perform: dynamodb:PutItem | DENIED | dynamodb:PutItem",
                "ExpiredTokenException | the token is expired | DENIED | credentials",
                "UnrecognizedClientException | the token is invalid | DENIED | credentials",
            })
    void whatDynamoDbAnswersToAWrite(String code, String message, Kind kind, String word) {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.dynamoDb().uri());
                S3Backend backend = S3TestStore.at(TestServers.s3().uri(), proxy.uri())
                        .builder(S3LockMode.DYNAMODB)
                        .build()) {
            String body = "{\"__type\":\"com.amazon.coral.service#" + code + "\",\"message\":\"" + message + "\"}";
            proxy.arm(
                    WireFault.answer(400, "application/x-amz-json-1.0", body),
                    WireRequest.header("X-Amz-Target", "PutItem"));
            assertIs(kind, () -> backend.locks().acquire(key, OPTIONS), word, store.table);
            proxy.assertFired();
        }
    }

    @Test
    void aThrottledTableIsWaitedFor() throws Exception {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.dynamoDb().uri());
                S3Backend backend = S3TestStore.at(TestServers.s3().uri(), proxy.uri())
                        .builder(S3LockMode.DYNAMODB)
                        .build()) {
            String body = "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\"}";
            proxy.arm(
                    WireFault.answer(400, "application/x-amz-json-1.0", body),
                    WireRequest.header("X-Amz-Target", "PutItem"),
                    0,
                    3);
            backend.locks().acquire(key, OPTIONS).release();
            proxy.assertFired();
        }
    }

    @Test
    void aMissingBucketIsNamed() {
        try (S3Backend backend =
                S3Backend.builder("no-such-bucket").s3Client(store.s3).build()) {
            List<ThrowingCallable> calls = List.of(
                    () -> backend.states().read(key),
                    () -> backend.states().list(""),
                    () -> backend.capabilities().history(),
                    () -> backend.locks().inspect(key),
                    () -> backend.locks().acquire(key, OPTIONS));
            calls.forEach(call -> assertIs(Kind.MISCONFIGURED, call, "no-such-bucket", "no such bucket"));
        }
    }

    @Test
    void aMissingTableIsNamed() {
        try (S3Backend backend =
                store.builder(S3LockMode.DYNAMODB).lockTable("no-such-table").build()) {
            assertIs(Kind.MISCONFIGURED, () -> backend.locks().acquire(key, OPTIONS), "no-such-table", "no such table");
        }
    }

    @Test
    void aTableWithAnotherKeyIsNamedAndNotTakenForALockTable() {
        String table = "other-" + UUID.randomUUID();
        store.dynamoDb.createTable(request -> request.tableName(table)
                .keySchema(KeySchemaElement.builder()
                        .attributeName("Id")
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("Id")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST));
        try (S3Backend backend =
                store.builder(S3LockMode.DYNAMODB).lockTable(table).build()) {
            assertIs(Kind.MISCONFIGURED, () -> backend.locks().acquire(key, OPTIONS), table, "LockID");
        }
        assertIs(Kind.MISCONFIGURED, () -> LockTable.create(store.dynamoDb, table), table, "LockID");
    }

    @Test
    void creatingTheLockTableAgainTakesItAsItIs() {
        LockTable.create(store.dynamoDb, store.table);
        assertThat(store.dynamoDb
                        .describeTable(request -> request.tableName(store.table))
                        .table()
                        .billingModeSummary()
                        .billingMode())
                .isEqualTo(BillingMode.PAY_PER_REQUEST);
    }

    @Test
    void aServerThatIsNotThereIsUnreachableAndNothingIsUnknown() {
        URI nowhere = URI.create("http://127.0.0.1:1");
        try (S3Backend backend = S3TestStore.at(TestServers.s3().uri(), nowhere)
                .builder(S3LockMode.DYNAMODB)
                .callTimeout(Duration.ofSeconds(4)) // the first call of a cold client takes its time
                .build()) {
            assertThatThrownBy(() -> backend.locks().acquire(key, OPTIONS))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:1")
                    .hasMessageEndingWith("Nothing was changed.");
        }
    }

    @Test
    void aHostThatIsNotFoundIsNamed() {
        SdkClientException e = SdkClientException.builder()
                .message("See cause for the exact endpoint")
                .cause(SdkClientException.create("failed", new UnknownHostException("s3.nowhere.invalid")))
                .build();
        assertThat(S3Errors.ofRead(e, "s3:GetObject", "s3://b/k"))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("s3.nowhere.invalid")
                .hasMessageEndingWith("Nothing was changed.");
    }

    @Test
    void missingCredentialsAreToldInOneSentence() {
        SdkClientException e = SdkClientException.create("Unable to load credentials from any of the providers in the"
                + " chain AwsCredentialsProviderChain(credentialsProviders=[...])");
        assertThat(S3Errors.ofRead(e, "s3:GetObject", "s3://b/k"))
                .isInstanceOf(BackendDeniedException.class)
                .hasMessageContaining("AWS_PROFILE")
                .hasMessageNotContaining("chain");
    }

    @Test
    void contradictionsAreRefused() {
        assertThatThrownBy(() ->
                        S3Backend.builder("bucket").lockMode(S3LockMode.BOTH).build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("lock table");
        assertThatThrownBy(() -> S3Backend.builder("bucket").digest(true).build())
                .isInstanceOf(BackendMisconfiguredException.class);
        assertThatThrownBy(() -> S3Backend.builder("bucket")
                        .region("us-east-1")
                        .endpoint(URI.create("http://example.com"))
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("TLS")
                .hasMessageContaining("insecure_endpoint=true");
        assertThatThrownBy(() -> S3Encryption.sseC(new byte[3])).isInstanceOf(BackendMisconfiguredException.class);
        assertThat(S3Encryption.sseC(new byte[32]).toString()).isEqualTo("S3Encryption[SSE-C]");
    }

    /** Such as a store that a compose file names. */
    @Test
    void plainHttpToAnotherMachineCanBeAllowed() {
        URI uri = URI.create("s3://bucket/p?region=us-east-1&endpoint=http://s3.example:9000"
                + "&dynamodb_endpoint=http://db.example:8000&dynamodb_table=locks&insecure_endpoint=true");
        S3BackendProvider.builder(uri, Optional.empty()).build().close();
    }

    @Test
    void aPolicyThatForbidsAskingForTheVersioningIsNoObstacle() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri())) {
            proxy.arm(
                    WireFault.answer(403, "application/xml", xml("AccessDenied", "no")),
                    WireRequest.targetContains("versioning"));
            try (S3Backend backend = S3TestStore.at(
                            proxy.uri(), TestServers.dynamoDb().uri())
                    .builder(S3LockMode.LOCK_FILE)
                    .build()) {
                assertThat(backend.capabilities().history()).isFalse();
            }
            proxy.assertFired();
        }
    }

    @Test
    void deniedReadsNameThePermission() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(TestServers.s3().uri());
                S3Backend backend = S3TestStore.at(
                                proxy.uri(), TestServers.dynamoDb().uri())
                        .builder(S3LockMode.LOCK_FILE)
                        .build()) {
            proxy.arm(WireFault.answer(403, "application/xml", xml("AccessDenied", "no")), WireRequest.method("GET"));
            assertThatThrownBy(() -> backend.states().read(key))
                    .isInstanceOf(BackendDeniedException.class)
                    .hasMessageContaining("s3:GetObject")
                    .hasMessageContaining(key.value());
        }
    }
}
