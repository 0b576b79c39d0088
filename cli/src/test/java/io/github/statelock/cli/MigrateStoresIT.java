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
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Migrations between kinds of stores. */
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
        migrate(azure, gcs, KEY).exits(0);
        assertThat(states(gcs)).containsExactly(Map.entry(StateKey.of(KEY), Texts.state(3, "")));
        assertThat(migrate(gcs, azure, KEY).exits(0).out()).contains("1 already there");
        assertThat(migrate(azure, gcs, "missing").exits(1).err()).contains("There is no state \"missing\"");
        assertThat(Stores.azureContainer(Stores.bucket(azure.toString()))
                        .getBlobClient("states/missing")
                        .exists())
                .as("an empty blob, made to be locked")
                .isFalse();
    }
}
