package io.github.statelock.cli.interop;

import io.github.statelock.cli.Cli;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps what both sides printed, in {@code target/interop}, for those who want to read it. */
final class Transcript {

    private Transcript() {}

    static void of(SharedStore store, String what, Cli.Result result) {
        note(store, "$ " + what + "\n" + result.out() + result.err() + "exit code " + result.code());
    }

    static synchronized void note(SharedStore store, String text) {
        try {
            Path file = Files.createDirectories(Path.of("target", "interop"))
                    .resolve(store.getClass().getSimpleName() + ".txt");
            Files.writeString(file, text + "\n\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
