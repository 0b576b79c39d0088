package io.github.statelock.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process and its descendants. Those whose parents have ended are known by the mark in their environment, where the system
 * shows that ({@code /proc}); elsewhere only those that were seen before. Belongs to the thread that made it.
 */
final class Family {

    /** The variable that marks a process and its descendants. */
    static final String MARKS = "STATELOCK_IDS";

    /** In the order in which they were found: parents before children. */
    private final Set<ProcessHandle> members = new LinkedHashSet<>();

    private final String mark;

    /**
     * A family.
     *
     * @param mark one of the words of the variable {@value #MARKS} in the environment of the process
     */
    Family(ProcessHandle first, String mark) {
        this.mark = mark;
        members.add(first);
        look();
    }

    /** Looks for descendants that have come since. */
    void look() {
        Map<ProcessHandle, ProcessHandle> parents = new HashMap<>();
        ProcessHandle.allProcesses().forEach(one -> {
            one.parent().ifPresent(parent -> parents.put(one, parent));
            if (isMarked(one)) {
                members.add(one);
            }
        });
        boolean found;
        do {
            found = false;
            for (Map.Entry<ProcessHandle, ProcessHandle> one : parents.entrySet()) {
                found |= members.contains(one.getValue()) && members.add(one.getKey());
            }
        } while (found);
    }

    /** A number that was given to another process meanwhile does no harm: a handle is of a number and its start. */
    private boolean isMarked(ProcessHandle process) {
        String environment;
        try {
            Path file = Path.of("/proc", Long.toString(process.pid()), "environ");
            environment = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return false; // another user's, or ended, or this system has no such file
        }
        for (String variable : environment.split("\0", -1)) {
            if (variable.startsWith(MARKS + "=")) {
                return Arrays.asList(variable.substring(MARKS.length() + 1).split(" ", -1))
                        .contains(mark);
            }
        }
        return false;
    }

    boolean isAlive() {
        return members.stream().anyMatch(ProcessHandle::isAlive);
    }

    /** Does something with each that lives. */
    void forEach(Consumer<ProcessHandle> action) {
        members.stream().filter(ProcessHandle::isAlive).forEach(action);
    }

    /** Waits until all have ended, or for that long. */
    void awaitEnd(Duration most) {
        List<CompletableFuture<ProcessHandle>> ends = new ArrayList<>();
        forEach(member -> ends.add(member.onExit()));
        CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, most.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
