package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files on their way. */
class TempFilesTest {

    @TempDir
    Path folder;

    private TempFiles temps;

    @BeforeEach
    void open() {
        temps = new TempFiles(folder, FileOps.system(), new Processes() {
            @Override
            public Optional<String> self() {
                return Optional.of("me;1");
            }

            @Override
            public boolean isGone(String process) {
                return process.equals("dead;1");
            }
        });
    }

    private Path file(String name, Instant modified) throws IOException {
        Path file = Files.createFile(folder.resolve(name));
        Files.setLastModifiedTime(file, FileTime.from(modified));
        return file;
    }

    @Test
    void filesOfDeadWritersAndVeryOldOnesAreRemovedAndNoOthers() throws IOException {
        Instant now = Instant.now();
        Instant old = now.minus(TempFiles.OLD).minusSeconds(60);
        Path dead = file("dead%3b1~a", now);
        Path alive = file("alive%3b1~b", now);
        Path unknownNew = file("unknown~c", now);
        Path unknownOld = file("unknown~d", old);
        Path foreign = file("notes.txt", old);
        Path mine = temps.create(new byte[] {1});

        temps.clean();

        assertThat(dead).doesNotExist();
        assertThat(unknownOld).doesNotExist();
        assertThat(alive).exists();
        assertThat(unknownNew).exists();
        assertThat(foreign).exists();
        assertThat(mine).exists().hasBinaryContent(new byte[] {1});
        assertThat(mine.getFileName().toString()).startsWith("me%3b1~");
    }

    @Test
    void cleaningIsNotRepeatedForEveryChange() throws IOException {
        temps.clean();
        Path dead = file("dead%3b1~a", Instant.now());
        temps.clean();
        assertThat(dead).exists();
    }
}
