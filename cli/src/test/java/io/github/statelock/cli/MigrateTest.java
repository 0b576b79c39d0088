package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.cli.BrokenBackend.Defect;
import io.github.statelock.local.MemoryBackend;
import java.net.URI;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Migrations to stores that do something wrong. */
class MigrateTest {

    private final String name = "migrate-" + UUID.randomUUID();

    private Cli.Result migrateTo(Defect defect) {
        return InProcess.run("migrate", "--from", "sound:" + name, "--to", "broken:" + name + "-to?" + defect, "--all");
    }

    private void put(String key) {
        try (StateBackend store = MemoryBackend.open(name)) {
            store.states().write(StateKey.of(key), key.getBytes(UTF_8), WriteCondition.ifAbsent());
        }
    }

    @Test
    void aCopyThatIsNotWhatWasWrittenIsFoundByReadingItBack() {
        put("a");
        put("b");
        Cli.Result result = migrateTo(Defect.ALTERS_CONTENT).exits(1);
        assertThat(result.err()).contains("What was read back of \"a\" from the target is not what was written");
        assertThat(result.out()).isEqualTo("States: 2. 0 copied, 0 already there, 2 failed.\n");
    }

    @Test
    void whatNobodyExpectedOfOneStateDoesNotEndTheOthers() {
        put("a");
        put("b");
        Cli.Result result = migrateTo(Defect.BREAKS_DOWN).exits(1);
        assertThat(result.err()).contains("Unexpected java.lang.IllegalStateException: a bug");
        assertThat(result.out()).isEqualTo("States: 2. 0 copied, 0 already there, 2 failed.\n");
    }

    @Test
    void aTargetThatDoesNotServeIsGivenUpAfterThreeStates() {
        for (String key : new String[] {"a", "b", "c", "d", "e"}) {
            put(key);
        }
        Cli.Result result = migrateTo(Defect.IS_UNREACHABLE).exits(7);
        assertThat(result.out()).isEqualTo("States: 5. 0 copied, 0 already there, 3 failed, 2 not tried.\n");
        assertThat(migrateTo(Defect.NONE).exits(0).out()).contains("2 copied, 3 already there");
    }

    @Test
    void oneStoreByTwoNamesShowsItselfByItsLock() {
        put("a");
        assertThat(InProcess.run("migrate", "--from", "sound:" + name, "--to", "broken:" + name + "?NONE", "--all")
                        .exits(2)
                        .err())
                .contains("--from and --to are the same store: the lock of \"a\"");
        try (StateBackend store = MemoryBackend.open(name)) {
            assertThat(store.locks().list("")).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "file:///tmp/a/, file:///tmp/x/../a, true",
        "file:///tmp/a, file:///tmp/a?call_timeout=5s, true",
        "file:///tmp/a, file:///tmp/b, false",
        "mem:a, mem:a?call_timeout=5s, true",
        "s3://bucket/p?region=us-east-1, s3://bucket/p/?use_lockfile=true, true",
        "s3://bucket/p, s3://bucket/p?workspace=dev, false",
        "s3://bucket/p, s3://bucket/p?endpoint=https://minio.example.org, false",
        "s3://bucket/p, gs://bucket/p, false",
        "azblob://c@one/p, azblob://c@two/p, false",
    })
    void urisThatNameOnePlaceAreKnownBeforeAnythingIsOpened(URI one, URI other, boolean same) {
        assertThat(StorePlaces.areOne(one, other)).isEqualTo(same);
    }

    @Test
    void theBarFillsUp() {
        assertThat(MigrationReport.bar(0, 40)).isEqualTo("[" + ".".repeat(30) + "] 0/40");
        assertThat(MigrationReport.bar(8, 40)).isEqualTo("[######" + ".".repeat(24) + "] 8/40");
        assertThat(MigrationReport.bar(40, 40)).isEqualTo("[" + "#".repeat(30) + "] 40/40");
    }
}
