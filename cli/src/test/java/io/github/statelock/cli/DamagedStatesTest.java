package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder with one state whose list of versions is damaged: the others are as before, and it can be replaced. */
class DamagedStatesTest {

    @TempDir
    private Path folder;

    private Cli.Result run(String... args) {
        return InProcess.run(Texts.concat(args, "--store", store("from")));
    }

    private String store(String name) {
        return "file://" + folder.resolve(name);
    }

    private String file() throws IOException {
        return Files.write(folder.resolve("new"), Texts.state(9, "").getBytes(UTF_8))
                .toString();
    }

    @BeforeEach
    void damageTheSecondOfThree() throws IOException {
        for (String key : List.of("a", "b", "c")) {
            run("push", key, file()).exits(0);
        }
        Files.writeString(folder.resolve("from/keys/b/state"), "");
    }

    @Test
    void itIsListedAndNamed() {
        Cli.Result text = run("ls").exits(0);
        assertThat(text.out()).isEqualTo("a\nb\nc\n");
        assertThat(text.err())
                .startsWith("statelock: \"b\" cannot be read: ")
                .contains("/keys/b/state is damaged", "statelock push b FILE --force --store ", "damaged-")
                .hasLineCount(3);
        Cli.Result json = run("ls", "--json").exits(0);
        assertThat(json.out())
                .startsWith("{\"states\":[\"a\",\"b\",\"c\"],\"damaged\":[{\"key\":\"b\",\"message\":\"")
                .hasLineCount(1);
        assertThat(json.err()).isEmpty();
        assertThat(run("ls", "c", "--json").exits(0).out()).isEqualTo("{\"states\":[\"c\"],\"skipped\":[]}\n");
    }

    @Test
    void migrationCopiesTheOthers() {
        Cli.Result migrated = InProcess.run("migrate", "--from", store("from"), "--to", store("to"), "--all");
        assertThat(migrated.exits(1).out() + migrated.err()).contains("2 copied", "1 failed");
        assertThat(InProcess.run("ls", "--store", store("to")).out()).isEqualTo("a\nc\n");
    }

    @Test
    void aForcedPushReplacesItAndKeepsWhatWasThere() throws IOException {
        run("push", "b", file()).exits(1);
        run("push", "b", file(), "--force").exits(0);
        assertThat(run("pull", "b").exits(0).out()).isEqualTo(Texts.state(9, ""));
        assertThat(run("ls").exits(0).err()).isEmpty();
        assertThat(kept()).hasSize(2);
    }

    @Test
    void itCanBeRemoved() throws IOException {
        assertThat(run("rm", "b").exits(0).out()).contains("Deleted");
        assertThat(run("ls").exits(0).out()).isEqualTo("a\nc\n");
        assertThat(kept()).hasSize(2);
    }

    /** The damaged list, and the content that was beside it. */
    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("from/keys/b"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("damaged-"))
                    .toList();
        }
    }
}
