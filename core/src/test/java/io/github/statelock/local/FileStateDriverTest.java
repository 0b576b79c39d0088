package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.WriteOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** States in files. */
class FileStateDriverTest extends StateDriverCases {

    @TempDir
    Path root;

    @Override
    StateDriver newDriver() {
        return new FileStateDriver(Folders.of(root));
    }

    private Path folder() {
        return Folders.of(root).keyFolder(KEY);
    }

    private List<Path> contents() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(file -> file.getFileName().toString().startsWith("state."))
                    .toList();
        }
    }

    @Test
    void theStateIsAPlainFile() throws IOException {
        newDriver().write(write("{\"serial\": 1}", WriteCondition.ifAbsent()));

        assertThat(contents()).hasSize(1).allSatisfy(file -> assertThat(file).hasContent("{\"serial\": 1}"));
    }

    @Test
    void onlyTheVersionsOfTheHistoryStayInTheFolder() throws IOException {
        StateDriver driver = newDriver();
        for (int i = 0; i < 15; i++) {
            written(driver.write(write("content " + i, WriteCondition.unconditional())));
        }
        assertThat(contents()).hasSize(10);
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void whatAWriterLeftBesideTheLogIsNotAVersionAndIsRemovedByTheNext() throws IOException {
        StateDriver driver = newDriver();
        StateVersion one = written(driver.write(write("one", WriteCondition.ifAbsent())));
        Path left = folder().resolve("state.2-0123456789abcdef");
        Files.writeString(left, "two, never committed");

        assertThat(driver.read(KEY).orElseThrow().state().utf8()).isEqualTo("one");
        assertThat(driver.history(KEY)).hasSize(1);

        written(driver.write(write("two", WriteCondition.ifVersion(one))));
        assertThat(left).doesNotExist();
    }

    @Test
    void aContentThatWasEditedIsCorrupt() throws IOException {
        StateDriver driver = newDriver();
        StateVersion one = written(driver.write(write("one", WriteCondition.ifAbsent())));
        StateVersion two = written(driver.write(write("two", WriteCondition.ifVersion(one))));
        Path content = folder().resolve("state." + two);
        for (String edited : List.of("TWO", "two and more", "t")) {
            Files.writeString(content, edited);
            assertThatThrownBy(() -> driver.read(KEY))
                    .isInstanceOf(StateCorruptException.class)
                    .hasMessageContaining(content.toString());
        }
        Files.delete(content);
        assertThatThrownBy(() -> driver.read(KEY))
                .isInstanceOf(StateCorruptException.class)
                .hasMessageContaining("missing");
        assertThat(driver.read(KEY, one).map(State::utf8)).contains("one");
    }

    @Test
    void aDamagedLogIsCorruptAndNotTakenForAbsent() throws IOException {
        StateDriver driver = newDriver();
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        Path log = folder().resolve("state");
        String whole = Files.readString(log);
        for (String damaged :
                List.of("", "statelock-state 1\n", whole.substring(0, whole.length() / 2), "statelock-state 2\n")) {
            Files.writeString(log, damaged);
            assertThatThrownBy(() -> driver.read(KEY))
                    .isInstanceOf(StateCorruptException.class)
                    .hasMessageContaining(log.toString());
            assertThatThrownBy(() -> driver.write(write("two", WriteCondition.ifAbsent())))
                    .isInstanceOf(StateCorruptException.class);
        }
        assertThat(contents()).hasSize(1);
    }

    @Test
    void aNumberOutOfRangeInALogIsDamage() throws IOException {
        FileStateDriver driver = new FileStateDriver(Folders.of(root));
        written(driver.write(write("hello", WriteCondition.ifAbsent())));
        Path log = folder().resolve("state");
        String whole = Files.readString(log);
        for (String damaged : List.of(
                whole.replace(" 5 ", " 99999999999 "),
                whole.replace(" 5 ", " 2147483648 "),
                whole.replace(" 5 ", " -5 "),
                whole.replace("current 1", "current 999999999999999999"),
                whole.replaceAll(" [0-9]+\n$", " 99999999999999999999\n"))) {
            assertThat(damaged).isNotEqualTo(whole);
            Files.writeString(log, damaged);
            assertThatThrownBy(() -> driver.read(KEY)).isInstanceOf(StateCorruptException.class);
            assertThatThrownBy(() -> driver.history(KEY)).isInstanceOf(StateCorruptException.class);
            assertThatThrownBy(() -> driver.read(KEY, new StateVersion("1-0")))
                    .isInstanceOf(StateCorruptException.class);
            assertThat(driver.damaged("")).containsOnlyKeys(KEY);
        }
    }

    @Test
    void oneDamagedStateIsListedWithTheOthers() throws IOException {
        FileStateDriver driver = new FileStateDriver(Folders.of(root));
        StateKey other = StateKey.of("zone");
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        written(driver.write(write(other, "two", WriteCondition.ifAbsent())));
        Files.writeString(folder().resolve("state"), "");

        assertThat(driver.list("")).containsExactly(KEY, other);
        assertThat(driver.damaged("")).containsOnlyKeys(KEY);
        assertThat(driver.damaged("zone")).isEmpty();
    }

    @Test
    void aDamagedLogIsReplacedByItsVersionAndKeptWithItsContents() throws IOException {
        StateDriver driver = newDriver();
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        StateVersion two = written(driver.write(write("two", WriteCondition.unconditional())));
        StateVersion damaged = damageLog("damaged by somebody");

        StateVersion other = new StateVersion("damaged-0123");
        assertThatThrownBy(() -> driver.write(write("three", WriteCondition.ifVersion(other))))
                .isInstanceOf(StateCorruptException.class);
        assertThatThrownBy(() -> driver.delete(write("", WriteCondition.ifVersion(two))))
                .isInstanceOf(StateCorruptException.class);

        StateVersion three = written(driver.write(write("three", WriteCondition.ifVersion(damaged))));
        assertThat(three.value()).startsWith("3-");
        assertThat(driver.read(KEY).orElseThrow().state().utf8()).isEqualTo("three");
        assertThat(driver.history(KEY)).hasSize(1);
        assertThat(folder().resolve(damaged + ".state")).hasContent("damaged by somebody");
        assertThat(folder().resolve(damaged + ".state." + two)).hasContent("two");
    }

    @Test
    void aDamagedLogIsDeletedByItsVersionAndKeptWithItsContents() throws IOException {
        StateDriver driver = newDriver();
        StateVersion one = written(driver.write(write("one", WriteCondition.ifAbsent())));
        StateVersion damaged = damageLog("");

        assertThat(driver.delete(write("", WriteCondition.ifVersion(damaged)))).isEqualTo(new WriteOutcome.Deleted());
        assertThat(driver.read(KEY)).isEmpty();
        assertThat(folder().resolve(damaged + ".state")).isEmptyFile();
        assertThat(folder().resolve(damaged + ".state." + one)).hasContent("one");
    }

    @Test
    void aWriterThatStopsWhileItReplacesADamagedLogLeavesItDamaged() throws IOException {
        written(newDriver().write(write("one", WriteCondition.ifAbsent())));
        StateVersion damaged = damageLog("damaged by somebody");
        int[] renames = {0};
        boolean done = false;
        for (int most = 0; !done; most++) {
            int limit = most;
            renames[0] = 0;
            FileOps stopping = new FailingOps((operation, file) -> {
                if (operation.equals("rename") && renames[0]++ >= limit) {
                    throw new IOException("stopped");
                }
            });
            StateDriver driver = new FileStateDriver(Folders.of(root, stopping));
            try {
                done = driver.write(write("two", WriteCondition.ifVersion(damaged))) instanceof WriteOutcome.Written;
            } catch (StatelockException e) {
                assertThat(e).hasStackTraceContaining("stopped");
            }
            if (!done) {
                assertThatThrownBy(() -> newDriver().read(KEY)).isInstanceOf(StateCorruptException.class);
            }
        }
        assertThat(newDriver().read(KEY).orElseThrow().state().utf8()).isEqualTo("two");
        try (Stream<Path> files = Files.list(folder())) {
            assertThat(files.filter(file -> file.getFileName().toString().startsWith(damaged + ".state")))
                    .hasSize(2);
        }
    }

    private StateVersion damageLog(String text) throws IOException {
        Files.writeString(folder().resolve("state"), text);
        StateDriver driver = newDriver();
        return catchThrowableOfType(StateCorruptException.class, () -> driver.read(KEY))
                .version()
                .orElseThrow();
    }

    @Test
    void aReaderWhoseVersionIsNoLongerKeptReadsTheNewest() {
        StateDriver driver = newDriver();
        written(driver.write(write("0", WriteCondition.ifAbsent())));
        boolean[] once = {true};
        FileOps overtaken = new FailingOps((operation, file) -> {
            if (operation.equals("read") && file.getFileName().toString().startsWith("state.") && once[0]) {
                once[0] = false;
                for (int i = 1; i <= 10; i++) {
                    written(driver.write(write(Integer.toString(i), WriteCondition.unconditional())));
                }
            }
        });
        Optional<String> read = new FileStateDriver(Folders.of(root, overtaken))
                .read(KEY)
                .map(stored -> stored.state().utf8());

        assertThat(once[0]).isFalse();
        assertThat(read).contains("10");
    }

    @Test
    void aContentThatIsALinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        StateDriver driver = newDriver();
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        Path content = contents().get(0);
        Path moved = Files.move(content, elsewhere.resolve("moved"));
        Files.createSymbolicLink(content, moved);

        assertThatThrownBy(() -> driver.read(KEY))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(content + " is a symbolic link");
    }

    @Test
    void aFolderThatIsALinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        StateDriver driver = newDriver();
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        Path moved = Files.move(folder(), elsewhere.resolve("moved"));
        Files.createSymbolicLink(folder(), moved);

        assertThatThrownBy(() -> driver.read(KEY))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(folder() + " is a symbolic link");
        assertThatThrownBy(() -> driver.write(write("two", WriteCondition.unconditional())))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining(folder() + " is a symbolic link");
        assertThat(moved.resolve("state")).content().contains("current 1\n");
    }

    @Test
    void aLinkInThePlaceOfTheMutexesIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        Files.createSymbolicLink(root.resolve("mutex"), elsewhere);

        assertThatThrownBy(() -> newDriver().write(write("one", WriteCondition.ifAbsent())))
                .isInstanceOf(BackendMisconfiguredException.class)
                .hasMessageContaining("symbolic link");
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aWriteWhoseConditionFailsLeavesNothing() throws IOException {
        StateDriver driver = newDriver();
        written(driver.write(write("one", WriteCondition.ifAbsent())));
        assertThat(driver.write(write("two", WriteCondition.ifAbsent()))).isEqualTo(new WriteOutcome.Refused());

        assertThat(contents()).hasSize(1);
        assertThat(root.resolve("tmp")).isEmptyDirectory();
    }
}
