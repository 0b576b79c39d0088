package io.github.statelock.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A process and its descendants, those included whose parents have ended since they were first seen. Belongs to the thread
 * that made it.
 */
final class Family {

    /** In the order in which they were found: parents before children. */
    private final Set<ProcessHandle> members = new LinkedHashSet<>();

    Family(ProcessHandle first) {
        members.add(first);
        look();
    }

    /** Looks for descendants that have come since. */
    void look() {
        Map<ProcessHandle, ProcessHandle> parents = new HashMap<>();
        ProcessHandle.allProcesses().forEach(one -> one.parent().ifPresent(parent -> parents.put(one, parent)));
        boolean found;
        do {
            found = false;
            for (Map.Entry<ProcessHandle, ProcessHandle> one : parents.entrySet()) {
                found |= members.contains(one.getValue()) && members.add(one.getKey());
            }
        } while (found);
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
