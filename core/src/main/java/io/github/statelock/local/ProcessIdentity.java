package io.github.statelock.local;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One process of one machine since its start. Containers share host names and pids, and pids come again: only all of these
 * together mean one process.
 *
 * @param boot the machine's boot ID
 * @param namespaces the PID and time namespaces in which pid and start ticks are told
 * @param user the user ID
 * @param pid the process ID
 * @param startTicks when it started, in the kernel's own ticks since boot, which no clock moves
 */
record ProcessIdentity(String boot, String namespaces, String user, long pid, String startTicks) {

    private static final Pattern TEXT = Pattern.compile("([^;]+);([^;]+);([0-9]+);([0-9]{1,18});([0-9]+)");

    static Optional<ProcessIdentity> parse(String text) {
        Matcher m = TEXT.matcher(text);
        return m.matches()
                ? Optional.of(
                        new ProcessIdentity(m.group(1), m.group(2), m.group(3), Long.parseLong(m.group(4)), m.group(5)))
                : Optional.empty();
    }

    /** Whether pids and start ticks of the other mean the same as ours, and we may see its processes. */
    boolean comparableWith(ProcessIdentity other) {
        return boot.equals(other.boot) && namespaces.equals(other.namespaces) && user.equals(other.user);
    }

    @Override
    public String toString() {
        return String.join(";", boot, namespaces, user, Long.toString(pid), startTicks);
    }
}
