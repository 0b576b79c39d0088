package io.github.statelock.cli;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The signals that ask this process to stop or would end it, passed on to the command that it runs: what the command makes of
 * them decides.
 *
 * <p>INT is not passed on where this process is in the foreground of a terminal. The terminal sends it to the command too,
 * and programs such as Terraform take a second INT as an order to stop at once.
 */
final class Signals {

    private static final List<String> ALWAYS = List.of("TERM", "HUP");

    /** What else would end this process and not the command. The rest no JVM lets go: KILL, STOP, QUIT, and its own faults. */
    private static final List<String> ALSO_PASSED_ON =
            List.of("USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "PWR", "STKFLT");

    private static final List<String> FROM_TERMINAL = List.of("INT");

    private final CompletableFuture<Consumer<String>> receiver = new CompletableFuture<>();

    private Signals() {}

    /** Holds back the signals of this process from now on, until {@link #passOn}. */
    static Signals hold() {
        Signals signals = new Signals();
        ALWAYS.forEach(signals::handle);
        ALSO_PASSED_ON.forEach(signals::handle);
        boolean terminal = isInForeground();
        FROM_TERMINAL.forEach(name -> {
            if (terminal) {
                ignore(name);
            } else {
                signals.handle(name);
            }
        });
        return signals;
    }

    /** Gives the receiver the signals that were held back, and all that come. */
    void passOn(Consumer<String> to) {
        receiver.complete(to);
    }

    /** Completed with the name of the first signal that asks this process to stop. Later ones do nothing. */
    static CompletableFuture<String> first() {
        CompletableFuture<String> stop = new CompletableFuture<>();
        Stream.concat(ALWAYS.stream(), FROM_TERMINAL.stream()).forEach(name -> set(name, () -> stop.complete(name)));
        return stop;
    }

    private void handle(String name) {
        set(name, () -> receiver.thenAcceptAsync(to -> to.accept(name)));
    }

    private static void ignore(String name) {
        set(name, () -> {});
    }

    /**
     * A signal that this process ignores stays ignored: whoever started it wanted that (nohup), and its command ignores it
     * too.
     *
     * <p>By reflection: javac warns of {@code sun.misc.Signal}, of the supported module jdk.unsupported; there is no other
     * way.
     */
    private static void set(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                        action.run();
                        return null;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            Object named = signal.getConstructor(String.class).newInstance(name);
            Object ignored = handler.getField("SIG_IGN").get(null);
            if (ignored.equals(handle.invoke(null, named, handling))) {
                handle.invoke(null, named, ignored);
            }
        } catch (ReflectiveOperationException e) {
            // This system has no such signal, or the JVM keeps it (-Xrs): it does what it did before.
        }
    }

    /** Sends a signal by its name. */
    static void send(String name, Process process) {
        if (name.equals("TERM")) {
            process.destroy();
            return;
        }
        try {
            new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start();
        } catch (IOException e) {
            process.destroy(); // no program to send another one with
        }
    }

    /** Whether the terminal's keys reach this process: its process group is the terminal's foreground group. */
    private static boolean isInForeground() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return fields[2].equals(fields[5]); // state, ppid, PGRP, session, tty, TPGID: see proc(5)
        } catch (IOException e) {
            return Terminal.canAnswer(); // no /proc: close enough
        }
    }
}
