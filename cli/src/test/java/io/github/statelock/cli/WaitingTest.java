package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines that are replaced at a terminal. */
class WaitingTest {

    private static final String KEY = "prod/network.tfstate";

    private static ObservedLock held(String key, String who) {
        LockInfo info = new LockInfo(
                "6f1f2c1e-8b3d-4c57-9b43-0f5a3a4f2f10",
                "deploy",
                "",
                who,
                "0.1.0",
                Instant.parse("2026-11-20T09:14:03.512Z"),
                key);
        return new ObservedLock(StateKey.of(key), Optional.of(info), Optional.empty(), "v", false);
    }

    private static String line(int columns) {
        return Waiting.line(held(KEY, "ci@runner-7"), "3m05s", columns);
    }

    @Test
    void itSaysAsMuchAsFits() {
        assertThat(line(199))
                .isEqualTo("Waiting for \"prod/network.tfstate\", held by ci@runner-7 (deploy)"
                        + " since 2026-11-20T09:14:03.512Z: 3m05s");
        assertThat(line(79)).isEqualTo("Waiting for \"prod/network.tfstate\", held by ci@runner-7 (deploy): 3m05s");
        assertThat(line(70)).isEqualTo("Waiting for \"prod/network.tfstate\", held by ci@runner-7: 3m05s");
        assertThat(line(62)).isEqualTo("Waiting for \"prod/network.tfstate\", held by ci@runner-7: 3m05s");
        assertThat(line(50)).isEqualTo("prod/network.tfstate held by ci@runner-7: 3m05s");
        assertThat(line(39)).isEqualTo("…ork.tfstate held by ci@runner-7: 3m05s");
    }

    /** The key, the holder and the time are there at any width, if only with an end. */
    @ParameterizedTest
    @CsvSource({
        "k, a",
        "k, someone.with.a.long.name@a-machine-in-a-data-center.example.com",
        "a/very/long/key/in/a/deep/folder/of/the/store/production/network/terraform.tfstate, a",
        "a/very/long/key/in/a/deep/folder/of/the/store/production/terraform.tfstate, someone@a-machine.example.com",
        "schl\uD83D\uDD12ssel/\uD83D\uDD12\uD83D\uDD12\uD83D\uDD12\uD83D\uDD12\uD83D\uDD12.tfstate, \uD83D\uDD12\uD83D\uDD12\uD83D\uDD12\uD83D\uDD12@h"
    })
    void itNeverHasMoreCharactersThanColumns(String key, String who) {
        for (int columns = 20; columns < 200; columns++) {
            String line = Waiting.line(held(key, who), "1h02m", columns);
            assertThat(Words.length(line)).as(line).isLessThanOrEqualTo(columns);
            assertThat(line)
                    .contains(key.substring(key.length() - 1), " held by " + who.substring(0, 1))
                    .endsWith(": 1h02m")
                    .doesNotContain("\n");
        }
    }

    @Test
    void whatATerminalWouldActOnIsNotInIt() {
        assertThat(Waiting.line(held(KEY, "x\u001B[2J\r\n"), "1s", 79)).doesNotContain("\u001B", "\r", "\n");
    }

    @Test
    void aRecordThatCannotBeReadIsCalledThat() {
        ObservedLock unreadable =
                new ObservedLock(StateKey.of(KEY), Optional.empty(), Optional.of(Duration.ofSeconds(30)), "v", false);
        assertThat(Waiting.line(unreadable, "1s", 79))
                .isEqualTo("Waiting for \"" + KEY + "\", held by an unreadable record: 1s");
    }

    @Test
    void theBarOfAMigrationFitsToo() {
        String key = "a/very/long/key/in/a/deep/folder/of/the/store/production/network/terraform.tfstate";
        assertThat(MigrationReport.line("k", 8, 40, 79)).isEqualTo(MigrationReport.bar(8, 40) + " k");
        assertThat(MigrationReport.line(key, 999, 1000, 39)).isEqualTo("999/1000 …ion/network/terraform.tfstate");
        for (int columns = 20; columns < 200; columns++) {
            assertThat(MigrationReport.line(key, 999, 1000, columns))
                    .hasSizeLessThanOrEqualTo(columns)
                    .endsWith("e");
        }
    }

    @ParameterizedTest
    @CsvSource({"24 80,80", "24 132,132", "50 40,40", "0 0,80", "'',80", "24,80", "stty: no terminal,80", "24 99999,80"
    })
    void aWidthThatIsNotKnownIsEighty(String answer, int columns) {
        assertThat(Terminal.columnsOf(answer + "\n")).isEqualTo(columns);
    }
}
