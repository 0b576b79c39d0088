package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.s3.S3Client;

/** Migrations between kinds of stores. */
@Execution(ExecutionMode.CONCURRENT)
class MigrateStoresIT {

    private static final String KEY = "prod/network.tfstate";

    @TempDir
    Path folder;

    private static Cli.Result migrate(URI from, URI to, String... more) {
        return Cli.bare()
                .run(Texts.concat(new String[] {"migrate", "--from", from.toString(), "--to", to.toString()}, more));
    }

    private static void put(URI store, String key, String content) {
        try (StateBackend backend = StateBackends.open(store)) {
            backend.states().write(StateKey.of(key), content.getBytes(UTF_8), WriteCondition.unconditional());
        }
    }

    private static Map<StateKey, String> states(URI store) {
        Map<StateKey, String> found = new TreeMap<>();
        try (StateBackend backend = StateBackends.open(store)) {
            assertThat(backend.locks().list("")).isEmpty();
            for (StateKey key : backend.states().list("")) {
                found.put(key, backend.states().read(key).map(State::utf8).orElseThrow());
            }
        }
        return found;
    }

    private URI folder(String part) {
        return folder.resolve(part).toUri();
    }

    private static String digest(URI store) {
        try (DynamoDbClient dynamoDb = Stores.dynamoDb()) {
            String bucket = Stores.bucket(store.toString());
            AttributeValue digest = dynamoDb.getItem(r -> r.tableName(bucket)
                            .key(Map.of("LockID", AttributeValue.fromS(bucket + "/states/" + KEY + "-md5"))))
                    .item()
                    .get("Digest");
            return digest == null ? "none" : digest.s();
        }
    }

    private static String md5(String text) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text.getBytes(UTF_8)));
    }

    @Test
    void aFolderGoesToS3WithItsDigestsAndComesBack() throws Exception {
        put(folder("from"), KEY, Texts.state(3, ""));
        put(folder("from"), "other", "no state file");
        URI s3 = URI.create(Stores.s3WithTable());
        migrate(folder("from"), s3, "--all").exits(0);
        assertThat(digest(s3)).isEqualTo(md5(Texts.state(3, "")));
        assertThat(states(s3)).isEqualTo(states(folder("from")));
        assertThat(migrate(folder("from"), s3, "--all").exits(0).out()).contains("0 copied, 2 already there");
        migrate(s3, folder("back"), "--all").exits(0);
        assertThat(states(folder("back"))).isEqualTo(states(folder("from")));
    }

    /** What a writer leaves that stops between a state and its digest is put right by the next run. */
    @Test
    void aRunThatWasKilledBetweenAStateAndItsDigestIsCompleted() throws Exception {
        put(folder("from"), KEY, Texts.state(3, ""));
        URI s3 = URI.create(Stores.s3WithTable());
        put(s3, KEY, Texts.state(2, ""));
        migrate(folder("from"), s3, "--all", "--force").exits(0);
        setDigest(s3, md5(Texts.state(2, "")));
        assertThat(migrate(folder("from"), s3, "--all").exits(0).out()).contains("1 already there");
        assertThat(digest(s3)).isEqualTo(md5(Texts.state(3, "")));
    }

    private static void setDigest(URI store, String digest) {
        String bucket = Stores.bucket(store.toString());
        try (DynamoDbClient dynamoDb = Stores.dynamoDb()) {
            dynamoDb.putItem(r -> r.tableName(bucket)
                    .item(Map.of(
                            "LockID",
                            AttributeValue.fromS(bucket + "/states/" + KEY + "-md5"),
                            "Digest",
                            AttributeValue.fromS(digest))));
        }
    }

    @Test
    void aSourceWhoseDigestIsWrongIsNotCopied() throws Exception {
        URI s3 = URI.create(Stores.s3WithTable());
        put(s3, KEY, Texts.state(3, ""));
        setDigest(s3, md5("something else"));
        Cli.Result result = migrate(s3, folder("to"), KEY).exits(1);
        assertThat(result.err()).contains("its digest item says " + md5("something else"));
        assertThat(states(folder("to"))).isEmpty();
        assertThat(digest(s3)).as("the source's").isEqualTo(md5("something else"));
    }

    /** A store under a prefix does not have the states of other workspaces below it. */
    @Test
    void allStatesAreThoseOfAllWorkspaces() {
        URI s3 = URI.create(Stores.s3WithTable());
        URI dev = URI.create(s3 + "&workspace=dev");
        put(s3, KEY, "one");
        put(dev, KEY, "two");
        Cli.Result listed = Cli.on(s3.toString()).run("ls").exits(0);
        assertThat(listed.out()).isEqualTo(KEY + "\n");
        assertThat(listed.err())
                .contains("1 state of the workspace dev")
                .contains("&workspace=dev'")
                .contains(KEY);
        assertThat(Cli.on(s3.toString()).run("ls", "--json").exits(0).out())
                .contains("\"workspaces\":[{\"workspace\":\"dev\",\"store\":\"" + dev + "\",\"states\":[\"" + KEY
                        + "\"]}]")
                .contains("\"skipped\":[]");
        assertThat(Cli.on(dev.toString()).run("ls").exits(0).err()).isEmpty();

        assertThat(migrate(s3, folder("to"), "--all").exits(0).out()).contains("2 copied");
        assertThat(states(folder("to")))
                .isEqualTo(Map.of(StateKey.of(KEY), "one", StateKey.of("env:/dev/" + KEY), "two"));
        URI other = URI.create(Stores.s3WithLockFiles());
        assertThat(migrate(folder("to"), other, "--all").exits(0).out()).contains("2 copied");
        assertThat(states(URI.create(other + "&workspace=dev"))).containsEntry(StateKey.of(KEY), "two");
        assertThat(migrate(s3, other, "--all").exits(0).out()).contains("2 already there");
        assertThat(migrate(s3, folder("named"), "env:/dev/" + KEY + "=dev.tfstate")
                        .exits(0)
                        .err())
                .contains("copied env:/dev/" + KEY + " as dev.tfstate");
        Cli.Result one = migrate(s3, folder("one"), "--all", "--keep-keys").exits(1);
        assertThat(one.err()).contains("left out env:/dev/" + KEY, "workspace=");
        assertThat(one.out()).contains("1 copied").contains("1 left out");
        assertThat(migrate(dev, folder("one"), "--all", "--terraform").exits(2).err())
                .contains("workspace=");
    }

    @Test
    void whatHasNoNameIsNamedAndIsNoSuccess() {
        URI s3 = URI.create(Stores.s3WithTable());
        put(s3, "a", "one");
        String bucket = Stores.bucket(s3.toString());
        try (S3Client client = Stores.s3()) {
            client.putObject(r -> r.bucket(bucket).key("states/a-md5"), RequestBody.fromString("somebody's state"));
        }
        Cli.Result result = migrate(s3, folder("to"), "--all").exits(1);
        assertThat(result.out()).isEqualTo("States: 1. 1 copied, 0 already there, 0 failed, 1 left out.\n");
        assertThat(result.err()).contains("left out a-md5: ").contains("reserved for locks, digests and fences");
        assertThat(migrate(s3, folder("to"), "--all", "--json").exits(1).out())
                .contains("\"skipped\":[{\"name\":\"a-md5\",\"reason\":");
        assertThat(Cli.on(s3.toString()).run("ls").exits(0).err()).contains("left out a-md5");
        assertThat(Cli.on(s3.toString()).run("pull", "a-md5").exits(2).err()).contains("reserved");
        URI gcs = URI.create(Stores.gcs());
        put(gcs, "notes.json", "1");
        put(gcs, "default.tfstate", "2");
        Cli.Result named = migrate(gcs, folder("gcs"), "--all", "--terraform").exits(1);
        assertThat(named.err()).contains("left out notes.json: ").contains("notes.json=KEY");
        assertThat(states(folder("gcs"))).containsOnlyKeys(StateKey.of("terraform.tfstate"));
        migrate(gcs, folder("gcs"), "--all", "--terraform", "notes.json=notes.json")
                .exits(0);
    }

    @Test
    void oneBucketByTwoNamesShowsItselfByItsLock() {
        URI one = URI.create(Stores.s3WithTable());
        put(one, KEY, "content");
        URI other = URI.create(one.toString().replace("127.0.0.1", "localhost"));
        assertThat(other).isNotEqualTo(one);
        assertThat(migrate(one, other, KEY).exits(2).err()).contains("--from and --to are the same store");
        assertThat(states(one)).containsEntry(StateKey.of(KEY), "content");
    }

    @Test
    void azureGoesToGcsAndBack() {
        URI azure = URI.create(Stores.azure());
        URI gcs = URI.create(Stores.gcs());
        put(azure, KEY, Texts.state(3, ""));
        assertThat(migrate(azure, gcs, KEY).exits(2).err()).contains("prod/network/default.tfstate", "--terraform");
        migrate(azure, gcs, KEY, "--keep-keys").exits(0);
        assertThat(states(gcs)).containsExactly(Map.entry(StateKey.of(KEY), Texts.state(3, "")));
        assertThat(migrate(gcs, azure, KEY, "--keep-keys").exits(0).out()).contains("1 already there");
        assertThat(migrate(azure, gcs, "missing", "--keep-keys").exits(1).err())
                .contains("There is no state \"missing\"");
        assertThat(Stores.azureContainer(Stores.bucket(azure.toString()))
                        .getBlobClient("states/missing")
                        .exists())
                .as("an empty blob, made to be locked")
                .isFalse();
    }
}
