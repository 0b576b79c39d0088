package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The built command line, run by its launcher. Immutable; each run is a process of its own. */
public final class Cli {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /**
     * The start of a command that has no signal ignored, however these tests were started: a script's background job ignores
     * INT, and nohup ignores HUP. Empty where env is not GNU's.
     */
    private static final List<String> DEFAULT_SIGNALS = defaultSignals();

    private final Path launcher;
    private final Map<String, String> environment;

    private Cli(Path launcher, Map<String, String> environment) {
        this.launcher = launcher;
        this.environment = environment;
    }

    private static List<String> defaultSignals() {
        List<String> words = List.of("env", "--default-signal");
        try {
            Process env = new ProcessBuilder("env", "--default-signal", "true")
                    .redirectErrorStream(true)
                    .start();
            env.getInputStream().readAllBytes();
            return env.waitFor() == 0 ? words : List.of();
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The command line with that store in its environment. */
    public static Cli on(String store) {
        return bare().with("STATELOCK_STORE", store);
    }

    /** The command line without a store, on the Java that runs these tests. */
    public static Cli bare() {
        return at(launcher());
    }

    /** The same, for a launcher elsewhere. */
    public static Cli at(Path launcher) {
        return new Cli(launcher, Map.of("JAVA_HOME", System.getProperty("java.home")));
    }

    public Cli with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new Cli(launcher, more);
    }

    /** The same, with an option of Java's. */
    public Cli withOption(String option) {
        return with("STATELOCK_JAVA_OPTS", option);
    }

    /** What a run came to. */
    public record Result(int code, String out, String err) {
        public Result exits(int expected) {
            assertThat(code).as("exit code; stdout: %s; stderr: %s", out, err).isEqualTo(expected);
            return this;
        }
    }

    /** Runs to the end, without input. */
    public Result run(String... args) {
        return start(args).result();
    }

    public Result runWithInput(byte[] input, String... args) {
        return launch(input, args).result();
    }

    /**
     * Runs with its output redirected.
     *
     * @param redirection as a shell has it, such as {@code >/dev/full}
     */
    public Result runRedirected(String redirection, String... args) {
        List<String> shell = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" " + redirection, "sh"));
        shell.addAll(command(args));
        try (Running running = new Running(shell, environment, new byte[0])) {
            return running.result();
        }
    }

    /**
     * Starts it with signals ignored, as nohup does.
     *
     * @param signals their names, separated by spaces
     */
    public Running startIgnoring(String signals, String... args) {
        List<String> shell = new ArrayList<>(List.of("sh", "-c", "trap '' " + signals + "; exec \"$@\"", "sh"));
        shell.addAll(command(args));
        return new Running(shell, environment, new byte[0]);
    }

    public Running start(String... args) {
        return launch(new byte[0], args);
    }

    /**
     * Runs at a terminal, which {@code script} of util-linux gives it; all that is shown there comes to standard output here.
     *
     * @param args words without a meaning to a shell
     */
    public Running startAtTerminal(String... args) {
        return startAtTerminal(80, args);
    }

    /** The same, at a terminal that is so wide. */
    public Running startAtTerminal(int columns, String... args) {
        // "exec": a shell that stays between the terminal and us ends of the terminal's interrupt, with a code of its
        // own.
        String command = "stty cols " + columns + "; exec " + String.join(" ", command(args));
        return new Running(
                List.of("script", "-qefc", command, "/dev/null"),
                with("TERM", "xterm").with("SHELL", "/bin/sh").environment);
    }

    private Running launch(byte[] input, String... args) {
        return new Running(command(args), environment, input);
    }

    private List<String> command(String... args) {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(List.of(args));
        return command;
    }

    /** Beside it lies the archive of loaded classes, with which a command starts in a third of the time. */
    public static Path launcher() {
        return jar().toAbsolutePath().resolveSibling("statelock");
    }

    public static Path jar() {
        return Path.of(System.getProperty("statelock.jar", "target/statelock.jar"));
    }

    /** A process under way. */
    public static final class Running implements AutoCloseable {
        private final Process process;
        private final Capture out;
        private final Capture err;

        /** Starts any command and gives it that input; the tests use it for other programs too. */
        public Running(List<String> command, Map<String, String> environment, byte[] input) {
            this(command, environment);
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Starts any command, which gets its input by {@link #type}. */
        public Running(List<String> command, Map<String, String> environment) {
            try {
                List<String> whole = new ArrayList<>(DEFAULT_SIGNALS);
                whole.addAll(command);
                ProcessBuilder builder = new ProcessBuilder(whole);
                builder.environment().keySet().removeIf(Running::wouldChangeARun);
                builder.environment().putAll(environment);
                process = builder.start();
                out = new Capture(process.getInputStream());
                err = new Capture(process.getErrorStream());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What these tests' own environment may have: a store, the locks around a build, and words that Java prints. */
        private static boolean wouldChangeARun(String variable) {
            return variable.startsWith("STATELOCK_") || variable.equals("JAVA_TOOL_OPTIONS");
        }

        public void type(String input) {
            try {
                process.getOutputStream().write(input.getBytes(UTF_8));
                process.getOutputStream().flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        public Process process() {
            return process;
        }

        /** What it has written to standard output so far. */
        public String out() {
            return out.text();
        }

        /** What it has written to standard error so far. */
        public String err() {
            return err.text();
        }

        public Running awaitOut(String part) {
            await(out, part);
            return this;
        }

        public Running awaitErr(String part) {
            await(err, part);
            return this;
        }

        private void await(Capture capture, String part) {
            assertThat(capture.await(part))
                    .as("there is \"%s\"; stdout: %s; stderr: %s", part, out(), err())
                    .isTrue();
        }

        /** Sends a signal by its name, to the process alone. */
        public void signal(String name) {
            try {
                int code = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid()))
                        .inheritIO()
                        .start()
                        .waitFor();
                assertThat(code).as("kill").isZero();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Waits for the end. */
        public Result result() {
            try {
                boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(ended)
                        .as("ended; stdout: %s; stderr: %s", out(), err())
                        .isTrue();
                return new Result(process.exitValue(), out.whole(), err.whole());
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                close();
            }
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /** Reads a stream while it is written. */
    private static final class Capture {
        private final StringBuilder text = new StringBuilder();
        private final Thread reader;
        private boolean atEnd;

        Capture(InputStream stream) {
            reader = new Thread(() -> read(stream), "capture");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (var lines = new InputStreamReader(stream, UTF_8)) {
                char[] buffer = new char[8192];
                int n;
                while ((n = lines.read(buffer)) >= 0) {
                    synchronized (this) {
                        text.append(buffer, 0, n);
                        notifyAll();
                    }
                }
            } catch (IOException e) {
                // the process was killed
            } finally {
                synchronized (this) {
                    atEnd = true;
                    notifyAll();
                }
            }
        }

        synchronized String text() {
            return text.toString();
        }

        /** Whether the text comes before the stream ends. */
        synchronized boolean await(String part) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            try {
                while (text.indexOf(part) < 0) {
                    long left = end - System.nanoTime();
                    if (atEnd || left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
                return true;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        /** All of it: a child that outlives the process may keep the stream open, so not for ever. */
        String whole() throws InterruptedException {
            reader.join(Duration.ofSeconds(5).toMillis());
            return text();
        }
    }
}
