package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.models.BlobItem;
import com.google.cloud.storage.BlobInfo;
import io.github.statelock.testkit.TestServers;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The doctor on every kind of store. */
class DoctorIT {

    private static final List<String> PROOFS = List.of(
            "read",
            "create",
            "replace",
            "delete",
            "clock",
            "acquire",
            "exclusion",
            "renew",
            "release",
            "former holder");

    private final String name = TestStores.newName();

    @TempDir
    Path folder;

    private static String assertHealthy(URI store) {
        String out = Cli.on(store.toString()).run("doctor").exits(0).out();
        for (String proof : PROOFS) {
            assertThat(out).containsPattern("(?m)^ok   " + proof + " +– ");
        }
        return assertThat(out)
                .containsPattern("(?m)^ok   clean up +– nothing is left")
                .actual();
    }

    private List<Path> keysInFolder() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("keys"))) {
            return files.toList();
        }
    }

    private List<String> objects(URI server) {
        try (S3Client s3 = TestStores.s3(server)) {
            return s3.listObjectsV2(r -> r.bucket(name)).contents().stream()
                    .map(S3Object::key)
                    .toList();
        }
    }

    @Test
    void aFolder() throws Exception {
        assertThat(assertHealthy(folder.toUri())).contains("ok   history", "ok   file system");
        assertThat(keysInFolder()).isEmpty();
    }

    @Test
    void aRunThatIsAskedToStopLeavesNothing() throws Exception {
        try (Cli.Running run = Cli.on(folder.toUri().toString()).start("doctor")) {
            run.awaitOut("exclusion").signal("TERM");
            assertThat(run.result().code()).isEqualTo(143);
            assertThat(run.out()).contains("ok   clean up").doesNotContain("former holder");
        }
        assertThat(keysInFolder()).isEmpty();
    }

    @Test
    void s3WithATable() {
        String out = assertHealthy(TestStores.s3WithTable(name));
        assertThat(out).contains("ok   lock table", "ok   global table", "warn bucket versioning");
        assertThat(objects(TestServers.s3().uri())).isEmpty();
        try (DynamoDbClient dynamoDb = TestStores.dynamoDb()) {
            assertThat(dynamoDb.scan(r -> r.tableName(name)).items()).isEmpty();
        }
    }

    @Test
    void s3WithLockFiles() {
        assertHealthy(TestStores.s3WithLockFiles(name));
        assertThat(objects(TestServers.s3().uri())).isEmpty();
    }

    @Test
    void anS3BucketThatKeepsVersionsKeepsNoneOfTheProbe() {
        URI server = TestServers.s3WithVersioning().uri();
        try (S3Client s3 = TestStores.s3(server)) {
            s3.createBucket(r -> r.bucket(name));
            s3.putBucketVersioning(
                    r -> r.bucket(name).versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));
            // That server's conditional DELETE is not what this is about.
            String out = Cli.on("s3://" + name + "?region=us-east-1&endpoint=" + server)
                    .run("doctor")
                    .out();
            assertThat(out).contains("ok   bucket versioning", "ok   history", "ok   clean up");
            var versions = s3.listObjectVersions(r -> r.bucket(name));
            assertThat(versions.versions()).isEmpty();
            assertThat(versions.deleteMarkers()).isEmpty();
        }
    }

    @Test
    void azure() {
        String out = assertHealthy(TestStores.azure(name));
        assertThat(out).contains("ok   immutability");
        assertThat(TestStores.azureContainer(name).listBlobs())
                .map(BlobItem::getName)
                .isEmpty();
    }

    @Test
    void azureWithSnapshotsAsHistory() {
        URI store = URI.create(TestStores.azure(name) + "&snapshots=true");
        assertThat(assertHealthy(store)).contains("ok   history");
        assertThat(TestStores.azureContainer(name).listBlobs())
                .map(BlobItem::getName)
                .isEmpty();
    }

    @Test
    void gcs() {
        URI server = TestServers.gcs().uri();
        assertHealthy(TestStores.gcs(name, server));
        assertThat(TestStores.gcsClient(server).list(name).iterateAll())
                .map(BlobInfo::getName)
                .isEmpty();
    }

    /** That server ignores the conditions of deletes. */
    @Test
    void aStoreThatIgnoresConditionsIsFoundOut() {
        URI store = TestStores.gcs(name, TestServers.gcsSecond().uri());
        Cli.Result trusted =
                Cli.on(store + "&verify_conditional_writes=false").run("doctor").exits(1);
        assertThat(trusted.out())
                .containsPattern("(?m)^ok   create ")
                .containsPattern("(?m)^FAIL delete +– a delete whose base is no longer the newest version was accepted")
                .containsPattern("(?m)^FAIL former holder +– ");
        Cli.Result proved = Cli.on(store.toString()).run("doctor", "--json").exits(1);
        assertThat(proved.out()).contains("ignores the preconditions").endsWith("\"healthy\":false}\n");
    }

    @Test
    void aBucketThatIsNotThereIsAFailureAndAServerThatIsNotThereIsUnreachable() {
        String missing = "s3://" + name + "?region=us-east-1&endpoint="
                + TestServers.s3().uri();
        assertThat(Cli.on(missing).run("doctor").exits(1).out()).containsPattern("(?m)^FAIL open +– ");
        Cli.on("s3://" + name + "?region=us-east-1&call_timeout=2s&endpoint=http://127.0.0.1:9")
                .run("doctor")
                .exits(7);
    }
}
