package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateVersion;
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
