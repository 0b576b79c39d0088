package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.NoCredentials;
import com.google.cloud.storage.StorageOptions;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockOptions;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a backend is opened, by builder and by URI. */
@Tag("real-time")
class GcsBackendTest {

    private final Gcs gcs = Gcs.main();
    private final String folder = "opened-" + UUID.randomUUID();

    /** Longer than a call takes, much shorter than a transfer may take. */
    @Test
    @Timeout(60)
    void aStoreThatTakesReadsAndAnswersNoneIsUnavailableLongBeforeATransferIsGivenUp() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri())
                        .backend()
                        .callTimeout(Duration.ofSeconds(3))
                        .transferTimeout(Duration.ofMinutes(5))
                        .build()) {
            StateKey key = StateKey.of("silent/" + UUID.randomUUID());
            backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent());
            proxy.arm(WireFault.hang(), WireRequest.method("GET"), 0, 2);
            assertThatThrownBy(() -> backend.states().read(key)).isInstanceOf(BackendUnavailableException.class);
            assertThatThrownBy(() -> backend.states().list("silent/")).isInstanceOf(BackendUnavailableException.class);
            proxy.assertFired();
        }
    }

    @Test
    void aUriOpensTheSameBucketAndPrefix() throws Exception {
        URI uri = URI.create("gs://" + gcs.bucket() + "/" + folder + "/a?endpoint=" + gcs.server()
                + "&versioning=false&call_timeout=5s");
        StateKey key = GcsBackend.workspaceKey("blue");
        try (StateBackend backend = StateBackends.open(uri)) {
            backend.locks()
                    .acquire(key, LockOptions.builder().noLease().build())
                    .release();
            backend.states().write(key, "x".getBytes(StandardCharsets.UTF_8), WriteCondition.ifAbsent());
            assertThat(backend.capabilities().history()).isFalse();
            assertThat(backend.capabilities().shortestLease()).isEqualTo(Duration.ofSeconds(10));
        }
        assertThat(gcs.content(folder + "/a/blue.tfstate")).isEqualTo(new byte[] {'x'});
    }

    @Test
    void theEmulatorOfTheEnvironmentIsUsedWithoutCredentials() {
        String address = gcs.server().toString().replace("http://", "");
        for (String emulator : List.of(address, gcs.server().toString())) {
            try (GcsBackend backend =
                    GcsBackend.builder(gcs.bucket()).build(Map.of("STORAGE_EMULATOR_HOST", emulator))) {
                assertThat(backend.locks().inspect(StateKey.of(folder))).isEmpty();
            }
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused("plain http", b -> b.endpoint(URI.create("http://storage.example.com")));
        refused("not understood", b -> b.endpoint(URI.create("ftp://localhost")));
        refused("32 bytes", b -> b.encryptionKey("c2hvcnQ="));
        refused("32 bytes", b -> b.encryptionKey("no base64!"));
        refused(
                "not both",
                b -> b.encryptionKey("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
                        .kmsKeyName("k"));
        refused("call timeout", b -> b.callTimeout(Duration.ofSeconds(1)));
        refused(
                "its own endpoint",
                b -> b.storage(StorageOptions.http()
                        .setCredentials(NoCredentials.getInstance())
                        .setProjectId("p")
                        .build()
                        .getService()));
        assertThatThrownBy(() -> GcsBackend.builder("Not A Bucket")
                        .endpoint(gcs.server())
                        .build())
                .isInstanceOf(BackendMisconfiguredException.class);
        for (String uri :
                List.of("gs:bucket", "gs:///x", "gs://bucket/x#y", "gs://bucket?key=1", "gs://bucket?versioning=2")) {
            assertThatThrownBy(() -> StateBackends.open(URI.create(uri)))
                    .as(uri)
                    .isInstanceOf(BackendMisconfiguredException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gs://user:SEKRET@bucket/p, gs://bucket/p is not understood",
        "gs://SEKRET@bucket/p, gs://bucket/p is not understood",
        "gs://user:SEKRET/x@bucket/p, gs: is not understood",
        "gs://bucket/p?token=SEKRET, gs://bucket/p has the unknown parameter token",
        "gs://bucket/p?endpoint=https://user:SEKRET@storage.example.com, has a user or a query in endpoint"
    })
    void secretsInAUriAreRefusedAndNotRepeated(String uri, String problem) {
        assertThatThrownBy(() -> StateBackends.open(URI.create(uri)))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("SEKRET");
    }

    private void refused(String message, UnaryOperator<GcsBackend.Builder> options) {
        assertThatThrownBy(() -> options.apply(GcsBackend.builder(gcs.bucket()).endpoint(gcs.server()))
                        .build()
                        .close())
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theEncryptionKeyGoesWithStatesAndNotWithLocks() throws Exception {
        StateKey key = StateKey.of(folder + "/secret");
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri())
                        .backend()
                        .encryptionKey("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
                        .build()) {
            backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent());
            backend.states().read(key);
            assertThat(proxy.requests()).hasSize(3).allMatch(GcsBackendTest::carriesKey);
            proxy.forgetRequests();
            backend.locks()
                    .acquire(key, LockOptions.builder().noLease().build())
                    .release();
            assertThat(proxy.requests()).hasSize(2).noneMatch(GcsBackendTest::carriesKey);
        }
    }

    private GcsBackend opened(FaultProxy proxy, String parameters, Map<String, String> environment) {
        URI uri = URI.create("gs://" + gcs.bucket() + "/" + folder + "?verify_conditional_writes=false&endpoint="
                + proxy.uri() + parameters);
        return GcsBackendProvider.builder(uri, environment).build(Map.of());
    }

    /** Terraform's names: so a state that Terraform encrypts can be read by the command line. */
    @Test
    void theEncryptionKeyOfTerraformsEnvironmentIsUsed() {
        StateKey key = StateKey.of("of-environment");
        Map<String, String> environment =
                Map.of("GOOGLE_ENCRYPTION_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = opened(proxy, "", environment)) {
            backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent());
            backend.states().read(key);
            assertThat(proxy.requests()).hasSize(3).allMatch(GcsBackendTest::carriesKey);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "k-env | none | k-env",
                "k-env | &kms_key_name=k-uri | k-uri",
                "none  | &kms_encryption_key=k-uri | k-uri",
            })
    void theKmsKeyIsNamedByTerraformsEnvironmentOrTheUri(String environment, String parameter, String used) {
        Map<String, String> variables =
                environment == null ? Map.of() : Map.of("GOOGLE_KMS_ENCRYPTION_KEY", environment);
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = opened(proxy, parameter == null ? "" : parameter, variables)) {
            backend.states().write(StateKey.of("kms-" + used), new byte[] {1}, WriteCondition.unconditional());
            assertThat(proxy.requests()).allMatch(request -> request.target().contains("kmsKeyName=" + used));
        }
    }

    @Test
    void aKeyOfTheEnvironmentThatIsNoneIsRefusedAndNotRepeated() {
        assertThatThrownBy(() -> GcsBackendProvider.builder(
                                URI.create("gs://bucket?endpoint=http://localhost:1"),
                                Map.of("GOOGLE_ENCRYPTION_KEY", "SEKRET"))
                        .build(Map.of()))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("32 bytes")
                .hasMessageNotContaining("SEKRET");
    }

    /** Such as an emulator that a compose file names. */
    @Test
    void plainHttpToAnotherMachineIsRefusedUnlessItIsAllowed() {
        Map<String, String> emulator = Map.of("STORAGE_EMULATOR_HOST", "http://gcs:4443");
        assertThatThrownBy(() -> GcsBackend.builder("bucket").build(emulator))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("http://gcs:4443")
                .hasMessageContaining("insecure_endpoint=true")
                .hasMessageContaining("insecureEndpoint");
        GcsBackend.builder("bucket").insecureEndpoint(true).build(emulator).close();
        URI uri = URI.create("gs://bucket?endpoint=http://gcs.example:4443&insecure_endpoint=true");
        GcsBackendProvider.builder(uri, Map.of()).build(Map.of()).close(); // without any credentials
    }

    private static boolean carriesKey(WireRequest request) {
        return request.header("x-goog-encryption-key").isPresent();
    }

    @Test
    void theKmsKeyAndTheProjectToBillAreNamed() {
        StateKey key = StateKey.of(folder + "/kms");
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri())
                        .backend()
                        .kmsKeyName("projects/p/locations/l/keyRings/r/cryptoKeys/k")
                        .userProject("payer")
                        .build()) {
            backend.states().write(key, new byte[] {1}, WriteCondition.ifAbsent());
            backend.states().read(key);
            assertThat(proxy.requests()).allMatch(request -> request.target().contains("userProject=payer"));
            assertThat(proxy.requests().get(0).target()).contains("kmsKeyName=projects");
        }
    }

    @Test
    void aSilentStoreEndsACallInItsTime() {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri())
                        .backend()
                        .callTimeout(Duration.ofSeconds(3))
                        .build()) {
            proxy.arm(WireFault.hang(), WireRequest.any());
            long start = System.nanoTime();
            assertThatThrownBy(() -> backend.locks().inspect(StateKey.of(folder)))
                    .isInstanceOf(BackendUnavailableException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            proxy.assertFired();
        }
    }
}
