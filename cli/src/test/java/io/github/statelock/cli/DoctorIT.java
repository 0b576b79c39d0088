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
import java.util.UUID;
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

    @TempDir
    Path folder;

    private static String assertHealthy(String store) {
        String out = Cli.on(store).run("doctor").exits(0).out();
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

    private static List<String> objects(String store) {
        try (S3Client s3 = Stores.s3()) {
            return s3.listObjectsV2(r -> r.bucket(Stores.bucket(store))).contents().stream()
                    .map(S3Object::key)
                    .toList();
        }
    }

    @Test
    void aFolder() throws Exception {
        assertThat(assertHealthy(folder.toUri().toString())).contains("ok   history", "ok   file system");
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
        String store = Stores.s3WithTable();
        String out = assertHealthy(store);
        assertThat(out).contains("ok   lock table", "ok   global table", "warn bucket versioning");
        assertThat(objects(store)).isEmpty();
        try (DynamoDbClient dynamoDb = Stores.dynamoDb()) {
            assertThat(dynamoDb.scan(r -> r.tableName(Stores.bucket(store))).items())
                    .isEmpty();
        }
    }

    @Test
    void s3WithLockFiles() {
        String store = Stores.s3WithLockFiles();
        assertHealthy(store);
        assertThat(objects(store)).isEmpty();
    }

    @Test
    void anS3BucketThatKeepsVersionsKeepsNoneOfTheProbe() {
        URI server = TestServers.s3WithVersioning().uri();
        String name = "cli-" + UUID.randomUUID();
        try (S3Client s3 = Stores.s3(server)) {
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
        String store = Stores.azure();
        assertThat(assertHealthy(store)).contains("ok   immutability");
        assertThat(Stores.azureContainer(Stores.bucket(store)).listBlobs())
                .map(BlobItem::getName)
                .isEmpty();
    }

    @Test
    void azureWithSnapshotsAsHistory() {
        String store = Stores.azure();
        assertThat(assertHealthy(store + "&snapshots=true")).contains("ok   history");
        assertThat(Stores.azureContainer(Stores.bucket(store)).listBlobs())
                .map(BlobItem::getName)
                .isEmpty();
    }

    @Test
    void gcs() {
        String store = Stores.gcs();
        assertHealthy(store);
        assertThat(Stores.gcsClient(TestServers.gcs().uri())
                        .list(Stores.bucket(store))
                        .iterateAll())
                .map(BlobInfo::getName)
                .isEmpty();
    }

    /** That server ignores the conditions of deletes. */
    @Test
    void aStoreThatIgnoresConditionsIsFoundOut() {
        String store = Stores.gcs(TestServers.gcsSecond().uri());
        Cli.Result trusted =
                Cli.on(store + "&verify_conditional_writes=false").run("doctor").exits(1);
        assertThat(trusted.out())
                .containsPattern("(?m)^ok   create ")
                .containsPattern("(?m)^FAIL delete +– a delete whose base is no longer the newest version was accepted")
                .containsPattern("(?m)^FAIL former holder +– ");
        Cli.Result proved = Cli.on(store).run("doctor", "--json").exits(1);
        assertThat(proved.out()).contains("ignores the preconditions").endsWith("\"healthy\":false}\n");
    }

    @Test
    void aBucketThatIsNotThereIsAFailureAndAServerThatIsNotThereIsUnreachable() {
        String missing = "s3://cli-" + UUID.randomUUID() + "?region=us-east-1&endpoint=";
        assertThat(Cli.on(missing + TestServers.s3().uri())
                        .run("doctor")
                        .exits(1)
                        .out())
                .containsPattern("(?m)^FAIL open +– ");
        Cli.on(missing + "http://127.0.0.1:9&call_timeout=2s").run("doctor").exits(7);
    }
}
