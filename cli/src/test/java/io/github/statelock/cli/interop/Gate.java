package io.github.statelock.cli.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keeps a command of somebody else's busy until the test lets it go, or its folder is deleted. */
final class Gate {

    /** Printed by the command when it has come as far as the gate. */
    static final String REACHED = "the gate is reached";

    private final Path open;

    Gate(Path folder, String name) {
        open = folder.resolve(name + ".open");
    }

    /** A shell command that ends when the gate is opened. */
    String command() {
        return "echo %s; while [ -d '%s' ] && [ ! -e '%s' ]; do sleep 0.05; done"
                .formatted(REACHED, open.getParent(), open);
    }

    void open() {
        try {
            Files.writeString(open, "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
