package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** One round through the built jar on every backend: its classes, providers and errors are all in it. */
@Execution(ExecutionMode.CONCURRENT)
class AllBackendsIT {

    private static final String KEY = "prod/network.tfstate";

    enum Store {
        S3_WITH_TABLE,
        S3_WITH_LOCK_FILES,
        AZURE,
        GOOGLE_CLOUD_STORAGE;

        String fresh() {
            return switch (this) {
                case S3_WITH_TABLE -> Stores.s3WithTable();
                case S3_WITH_LOCK_FILES -> Stores.s3WithLockFiles();
                case AZURE -> Stores.azure();
                case GOOGLE_CLOUD_STORAGE -> Stores.gcs();
            };
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void statesAndLocksWorkAndErrorsExitAsTheyShould(Store store) {
        Cli cli = Cli.on(store.fresh());
        cli.runWithInput(Texts.state(1, "").getBytes(UTF_8), "push", KEY, "-").exits(0);
        cli.runWithInput(Texts.state(2, "").getBytes(UTF_8), "push", KEY, "-").exits(0);
        cli.runWithInput(Texts.state(1, "").getBytes(UTF_8), "push", KEY, "-").exits(5);
        assertThat(cli.run("pull", KEY).exits(0).out()).isEqualTo(Texts.state(2, ""));
        assertThat(cli.run("ls").exits(0).out()).isEqualTo(KEY + "\n");
        String id =
                cli.run("acquire", KEY, "--operation", "deploy").exits(0).out().strip();
        assertThat(cli.run("locks").exits(0).out()).contains(KEY, id, "(deploy)");
        assertThat(cli.run("lock", KEY, "--", "true").exits(3).err()).contains(id, "This lock has no lease");
        cli.runWithInput(Texts.state(3, "").getBytes(UTF_8), "push", KEY, "-").exits(3);
        cli.run("force-unlock", KEY, "another", "--yes").exits(5);
        cli.run("unlock", KEY, id).exits(0);
        assertThat(cli.run("lock", KEY, "--fencing", "--", "sh", "-c", "echo fence $STATELOCK_FENCE")
                        .exits(0)
                        .out())
                .isEqualTo("fence 1\n");
        cli.run("rm", KEY).exits(0);
        assertThat(cli.run("show", KEY, "--json").exits(1).out())
                .isEqualTo("{\"key\":\"" + KEY + "\",\"lock\":null,\"state\":null}\n");
    }

    @Test
    void aDigestThatIsNotTheStatesIsToldAndRepaired() {
        String store = Stores.s3WithTable();
        Cli cli = Cli.on(store);
        cli.runWithInput(Texts.state(1, "").getBytes(UTF_8), "push", KEY, "-").exits(0);
        String bucket = URI.create(store).getHost();
        try (S3Client s3 = Stores.s3()) {
            s3.putObject(put -> put.bucket(bucket).key("states/" + KEY), RequestBody.fromString(Texts.state(2, "")));
        }
        assertThat(cli.run("pull", KEY).exits(1).err()).contains("\n  statelock repair-digest " + KEY);
        String id = cli.run("acquire", KEY).exits(0).out().strip();
        assertThat(cli.run("repair-digest", KEY, "--wait", "5s").exits(3).err()).contains("Waiting for", id);
        cli.run("unlock", KEY, id).exits(0);
        assertThat(cli.run("repair-digest", KEY).exits(0).out()).contains("Serial:    2");
        assertThat(cli.run("pull", KEY).exits(0).out()).isEqualTo(Texts.state(2, ""));
        aDigestIsRepairedUnderALockThatIsHeldAlready(cli, bucket);
        assertThat(Cli.on(folder.toUri().toString())
                        .run("repair-digest", KEY)
                        .exits(2)
                        .err())
                .contains("Only a store in S3");
    }

    private static void aDigestIsRepairedUnderALockThatIsHeldAlready(Cli cli, String bucket) {
        try (S3Client s3 = Stores.s3()) {
            s3.putObject(put -> put.bucket(bucket).key("states/" + KEY), RequestBody.fromString(Texts.state(3, "")));
        }
        String id = cli.run("acquire", KEY).exits(0).out().strip();
        cli.run("repair-digest", KEY, "--lock-id", "another").exits(5);
        assertThat(cli.run("repair-digest", KEY, "--lock-id", id).exits(0).out())
                .contains("Serial:    3");
        cli.run("unlock", KEY, id).exits(0);
        assertThat(cli.run("pull", KEY).exits(0).out()).isEqualTo(Texts.state(3, ""));
    }
}
