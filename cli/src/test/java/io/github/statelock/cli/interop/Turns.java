package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A file in which everybody writes when they enter and leave what the lock protects. */
final class Turns {

    private final Path file;

    Turns(Path folder) {
        file = folder.resolve("turns.txt");
    }

    void enter(String who) throws IOException {
        write("enter " + who);
    }

    void leave(String who) throws IOException {
        write("leave " + who);
    }

    private void write(String line) throws IOException {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** A shell command that does a piece of work between its two lines. */
    String command(String who, String work) {
        return "echo 'enter %s' >> '%s'; %s; echo 'leave %s' >> '%s'".formatted(who, file, work, who, file);
    }

    /** Checks that nobody was inside at once, and returns how many were inside. */
    int check() throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertThat(lines.size() % 2).isZero();
        for (int line = 0; line < lines.size(); line += 2) {
            assertThat(lines.get(line)).startsWith("enter ");
            assertThat(lines.get(line + 1)).isEqualTo(lines.get(line).replace("enter", "leave"));
        }
        return lines.size() / 2;
    }
}
