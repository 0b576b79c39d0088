package io.github.statelock.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.BucketInfo.LifecycleRule;
import com.google.cloud.storage.BucketInfo.LifecycleRule.LifecycleAction;
import com.google.cloud.storage.BucketInfo.LifecycleRule.LifecycleCondition;
import com.sun.net.httpserver.HttpServer;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a bucket's settings mean. The emulators have none of them, so they are given as the service answers them. */
@Tag("real-time")
class GcsInspectionTest {

    private static BucketInfo.Builder bucket() {
        return BucketInfo.newBuilder("bucket");
    }

    private static Status status(BucketInfo.Builder bucket, String name) {
        return GcsInspection.of(bucket.build(), "prod/").stream()
                .filter(finding -> finding.name().equals(name))
                .map(Finding::status)
                .findFirst()
                .orElseThrow();
    }

    private static Status lifecycle(LifecycleAction action, LifecycleCondition.Builder condition) {
        return status(
                bucket().setLifecycleRules(List.of(new LifecycleRule(action, condition.build()))), "lifecycle rules");
    }

    @Test
    void versioningShouldBeOn() {
        assertThat(status(bucket(), "object versioning")).isEqualTo(Status.WARN);
        assertThat(status(bucket().setVersioningEnabled(true), "object versioning"))
                .isEqualTo(Status.OK);
    }

    @Test
    void aRetentionPolicyAndADefaultHoldFail() {
        assertThat(status(bucket(), "retention")).isEqualTo(Status.OK);
        assertThat(status(bucket().setRetentionPeriodDuration(Duration.ofDays(1)), "retention"))
                .isEqualTo(Status.FAIL);
        assertThat(status(bucket().setDefaultEventBasedHold(true), "retention")).isEqualTo(Status.FAIL);
    }

    @Test
    void softDeleteIsAWarning() {
        assertThat(status(bucket(), "soft delete")).isEqualTo(Status.OK);
        BucketInfo.SoftDeletePolicy week = BucketInfo.SoftDeletePolicy.newBuilder()
                .setRetentionDuration(Duration.ofDays(7))
                .build();
        assertThat(status(bucket().setSoftDeletePolicy(week), "soft delete")).isEqualTo(Status.WARN);
    }

    @Test
    void aRuleThatDeletesLiveObjectsWhereStatesAreFails() {
        LifecycleAction delete = LifecycleAction.newDeleteAction();
        assertThat(lifecycle(delete, LifecycleCondition.newBuilder().setAge(30)))
                .isEqualTo(Status.FAIL);
        assertThat(lifecycle(delete, LifecycleCondition.newBuilder().setAge(30).setMatchesPrefix(List.of("logs/"))))
                .isEqualTo(Status.OK);
        assertThat(lifecycle(delete, LifecycleCondition.newBuilder().setAge(30).setIsLive(false)))
                .isEqualTo(Status.OK);
        assertThat(lifecycle(delete, LifecycleCondition.newBuilder().setDaysSinceNoncurrentTime(3)))
                .isEqualTo(Status.OK);
        assertThat(lifecycle(
                        LifecycleAction.newAbortIncompleteMPUploadAction(),
                        LifecycleCondition.newBuilder().setAge(1)))
                .isEqualTo(Status.OK);
    }

    @Test
    void theEmulatorsBucketIsLookedAtAndNothingOfAKeyIsLeft() {
        StateKey key = StateKey.of("probe/" + UUID.randomUUID());
        try (GcsBackend backend = Gcs.main().backend().build()) {
            assertThat(backend.inspect()).extracting(Finding::name).contains("retention", "lifecycle rules");
            backend.states().write(key, "1".getBytes(UTF_8), WriteCondition.ifAbsent());
            assertThat(backend.purge(key)).isEmpty();
            assertThat(backend.states().read(key)).isEmpty();
        }
    }

    @Test
    void aBucketWhoseSettingsMayNotBeReadIsNotChecked() throws Exception {
        byte[] denied =
                "{\"error\":{\"code\":403,\"message\":\"no\",\"errors\":[{\"reason\":\"forbidden\"}]}}".getBytes(UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(403, denied.length);
            exchange.getResponseBody().write(denied);
            exchange.close();
        });
        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (GcsBackend backend = GcsBackend.builder("bucket").endpoint(uri).build()) {
            assertThat(backend.inspect()).singleElement().satisfies(finding -> {
                assertThat(finding.status()).isEqualTo(Status.SKIP);
                assertThat(finding.detail()).contains("storage.buckets.get");
            });
        } finally {
            server.stop(0);
        }
    }
}
