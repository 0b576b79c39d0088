package io.github.statelock.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Starts the command line and exits with its code: see {@link ExitCodes}. */
public final class Main {

    private Main() {}

    /**
     * Runs one command.
     *
     * @param args as {@code statelock --help} says
     */
    public static void main(String[] args) {
        boolean verbose = isVerbose(args);
        // Before the first logger is made. What the engine logs is in the errors too, or is no concern of a command's
        // user.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", verbose ? "info" : "off");
        System.setProperty("org.slf4j.simpleLogger.log.io.github.statelock", verbose ? "debug" : "off");
        System.exit(Statelock.run(stream(FileDescriptor.out), stream(FileDescriptor.err), args));
    }

    /** Whether this command is asked for its log; what follows -- is another command's. */
    static boolean isVerbose(String... args) {
        List<String> words = Arrays.asList(args);
        int end = words.indexOf("--");
        return words.subList(0, end < 0 ? words.size() : end).contains("--verbose");
    }

    /** In UTF-8 whatever the locale: output is read by programs. */
    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
