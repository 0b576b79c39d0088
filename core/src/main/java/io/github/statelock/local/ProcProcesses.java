package io.github.statelock.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes as Linux's {@code /proc} shows them. Read anew every time: a process that was checkpointed and restored has other
 * start ticks than before. On a system without {@code /proc} nothing can be told.
 */
final class ProcProcesses implements Processes {

    private static final Logger log = LoggerFactory.getLogger(ProcProcesses.class);
    private static final Pattern USER = Pattern.compile("(?m)^Uid:\\s+\\d+\\s+(\\d+)");
    private static final Pattern HIDEPID = Pattern.compile("[ ,]hidepid=(?!0\\b|off\\b)");
    private static final int START_TICKS_FIELD = 22;

    private final Path proc;
    private final long ownPid;

    ProcProcesses(Path proc, long ownPid) {
        this.proc = proc;
        this.ownPid = ownPid;
    }

    static ProcProcesses system() {
        return new ProcProcesses(Path.of("/proc"), ProcessHandle.current().pid());
    }

    @Override
    public Optional<String> self() {
        return identity().map(ProcessIdentity::toString);
    }

    @Override
    public boolean isGone(String process) {
        Optional<ProcessIdentity> other = ProcessIdentity.parse(process);
        Optional<ProcessIdentity> own = other.isPresent() ? identity() : Optional.empty();
        if (other.isEmpty() || own.isEmpty() || !own.get().comparableWith(other.get())) {
            return false;
        }
        try {
            List<String> stat = stat(Long.toString(other.get().pid()));
            return !stat.get(START_TICKS_FIELD - 1).equals(other.get().startTicks());
        } catch (NoSuchFileException e) {
            // The same /proc must still show us, and must not hide others from us.
            return showsEveryProcess() && identity().equals(own);
        } catch (IOException | IndexOutOfBoundsException e) {
            log.debug("Process {} cannot be looked at; its lease decides", process, e);
            return false;
        }
    }

    private Optional<ProcessIdentity> identity() {
        try {
            List<String> stat = stat("self");
            if (!stat.get(0).equals(Long.toString(ownPid))) {
                return Optional.empty(); // /proc is mounted from another PID namespace
            }
            Matcher user = USER.matcher(text("self/status"));
            String boot = text("sys/kernel/random/boot_id").strip();
            if (boot.isEmpty() || !user.find()) {
                return Optional.empty();
            }
            return Optional.of(
                    new ProcessIdentity(boot, namespaces(), user.group(1), ownPid, stat.get(START_TICKS_FIELD - 1)));
        } catch (IOException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            log.debug("This process cannot tell who it is; leases decide", e);
            return Optional.empty();
        }
    }

    /** Start ticks are told in the reader's time namespace, so it counts like the PID namespace. Old kernels have none. */
    private String namespaces() throws IOException {
        String pid = Files.readSymbolicLink(proc.resolve("self/ns/pid")).toString();
        try {
            return pid + "," + Files.readSymbolicLink(proc.resolve("self/ns/time"));
        } catch (NoSuchFileException e) {
            return pid;
        }
    }

    /** With hidepid, a process of our own user may be invisible (one with capabilities is). */
    private boolean showsEveryProcess() {
        try {
            return text("self/mounts")
                    .lines()
                    .filter(line -> line.contains(" " + proc + " proc "))
                    .noneMatch(line -> HIDEPID.matcher(line).find());
        } catch (IOException e) {
            log.debug("The mounts cannot be read; leases decide", e);
            return false;
        }
    }

    /** The fields of stat. The second is the program's name in parentheses, which may hold anything. */
    private List<String> stat(String process) throws IOException {
        String line = text(process + "/stat").strip();
        int name = line.indexOf('(');
        int rest = line.lastIndexOf(')');
        if (name < 0 || rest < name) {
            throw new IOException("unexpected content of " + proc.resolve(process + "/stat"));
        }
        String fields =
                line.substring(0, name) + "- " + line.substring(rest + 1).strip();
        return List.of(fields.split(" +"));
    }

    private String text(String name) throws IOException {
        return Files.readString(proc.resolve(name), StandardCharsets.ISO_8859_1);
    }
}
