package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.statelock.StateKey;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import io.github.statelock.testkit.TestServers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectLockRetentionMode;
import software.amazon.awssdk.services.s3.model.ReplicationRule;
import software.amazon.awssdk.services.s3.model.ReplicationRuleStatus;

/** What a bucket's settings mean. No test server has most of them, so they are given as the service answers them. */
@Tag("real-time")
class BucketInspectionTest {

    private static BucketInspection inspection(S3Client client, String bucket) {
        return new BucketInspection(
                new S3Requests(client, bucket, S3Encryption.bucketDefault()),
                Layout.of(bucket, "prod", Optional.empty(), "env:"),
                true,
                Duration.ofSeconds(10));
    }

    private static LifecycleRule.Builder rule(String prefix) {
        return LifecycleRule.builder()
                .id("clean")
                .status(ExpirationStatus.ENABLED)
                .filter(filter -> filter.prefix(prefix));
    }

    private static Status lifecycle(LifecycleRule.Builder rule) {
        return BucketInspection.lifecycle(List.of(rule.build()), "prod/").status();
    }

    @Test
    void versioningIsSeenOnTheServer() {
        URI server = TestServers.s3WithVersioning().uri();
        String bucket = "inspection-" + UUID.randomUUID();
        try (S3Client client = S3TestStore.s3(server)) {
            client.createBucket(r -> r.bucket(bucket));
            assertThat(inspection(client, bucket).findings().get(0).status()).isEqualTo(Status.WARN);
            client.putBucketVersioning(
                    r -> r.bucket(bucket).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
            assertThat(inspection(client, bucket).findings().get(0)).isEqualTo(Finding.ok("bucket versioning", "on"));
        }
    }

    @Test
    void aRuleThatDeletesCurrentObjectsWhereStatesAreFails() {
        assertThat(lifecycle(rule("").expiration(e -> e.days(30)))).isEqualTo(Status.FAIL);
        assertThat(lifecycle(rule("prod/network").expiration(e -> e.days(30)))).isEqualTo(Status.FAIL);
        assertThat(lifecycle(rule("logs/").expiration(e -> e.days(30)))).isEqualTo(Status.OK);
        assertThat(lifecycle(rule("").expiration(e -> e.days(30)).status(ExpirationStatus.DISABLED)))
                .isEqualTo(Status.OK);
        assertThat(lifecycle(rule("").expiration(e -> e.expiredObjectDeleteMarker(true))))
                .isEqualTo(Status.OK);
        assertThat(lifecycle(rule("").noncurrentVersionExpiration(e -> e.noncurrentDays(1))))
                .isEqualTo(Status.OK);
    }

    @Test
    void aDefaultRetentionFailsWhereLocksAreFiles() {
        ObjectLockConfiguration off = ObjectLockConfiguration.builder().build();
        ObjectLockConfiguration on = ObjectLockConfiguration.builder()
                .objectLockEnabled(ObjectLockEnabled.ENABLED)
                .build();
        ObjectLockConfiguration retains = on.toBuilder()
                .rule(r -> r.defaultRetention(
                        d -> d.mode(ObjectLockRetentionMode.COMPLIANCE).days(7)))
                .build();
        assertThat(BucketInspection.objectLock(off, true).status()).isEqualTo(Status.OK);
        assertThat(BucketInspection.objectLock(on, true).status()).isEqualTo(Status.WARN);
        assertThat(BucketInspection.objectLock(retains, true).status()).isEqualTo(Status.FAIL);
        assertThat(BucketInspection.objectLock(retains, false).status()).isEqualTo(Status.WARN);
    }

    @Test
    void activeReplicationIsAWarning() {
        ReplicationRule.Builder rule = ReplicationRule.builder();
        assertThat(BucketInspection.replicated(List.of(
                                rule.status(ReplicationRuleStatus.DISABLED).build()))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(BucketInspection.replicated(List.of(
                                rule.status(ReplicationRuleStatus.ENABLED).build()))
                        .status())
                .isEqualTo(Status.WARN);
    }

    @Test
    void whatMayNotBeReadIsNotChecked() throws Exception {
        byte[] denied = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>".getBytes(UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(403, denied.length);
            exchange.getResponseBody().write(denied);
            exchange.close();
        });
        server.start();
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (S3Client client = S3TestStore.s3(uri)) {
            assertThat(inspection(client, "bucket").findings())
                    .hasSize(4)
                    .allSatisfy(finding -> assertThat(finding.status()).isEqualTo(Status.SKIP))
                    .extracting(Finding::detail)
                    .contains("not checked: needs the permission s3:GetBucketVersioning");
            assertThat(inspection(client, "bucket").purge(StateKey.of("probe")))
                    .singleElement()
                    .asString()
                    .contains("s3:ListBucketVersions");
        } finally {
            server.stop(0);
        }
    }
}
