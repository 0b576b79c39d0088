package io.github.statelock.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Starts the command line and exits with its code: see {@link ExitCodes}. */
public final class Main {

    /** The ways to sign in to a proxy that Java does not use for https. */
    private static final String PROXY_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";

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
        permitProxyPasswords(System.getenv());
        System.exit(Statelock.run(stream(FileDescriptor.out), stream(FileDescriptor.err), args));
    }

    /**
     * Before the first HTTP client is made: Java sends no password to a proxy for https unless it is told to, and who names one
     * in the environment wants it sent.
     */
    private static void permitProxyPasswords(Map<String, String> environment) {
        boolean named = Stream.of("HTTPS_PROXY", "https_proxy")
                .anyMatch(name -> environment.getOrDefault(name, "").contains("@"));
        if (named && System.getProperty(PROXY_SCHEMES) == null) {
            System.setProperty(PROXY_SCHEMES, "");
        }
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
