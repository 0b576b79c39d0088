package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** The command line in this JVM, for stores that only this JVM has. */
final class InProcess {

    private InProcess() {}

    static Cli.Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Statelock.run(new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), args);
        return new Cli.Result(code, out.toString(UTF_8), err.toString(UTF_8));
    }
}
