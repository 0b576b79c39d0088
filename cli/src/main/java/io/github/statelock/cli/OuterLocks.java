package io.github.statelock.cli;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import java.util.Arrays;
import java.util.List;

/** The locks under which this process runs: those of the {@code statelock lock} around it. */
final class OuterLocks {

    private static final List<String> IDS = ids();

    private OuterLocks() {}

    private static List<String> ids() {
        String marks = System.getenv(Family.MARKS);
        return marks == null ? List.of() : Arrays.asList(marks.split(" ", -1));
    }

    static boolean exist() {
        return !IDS.isEmpty();
    }

    /** Whether this one is one of them. */
    static boolean include(ObservedLock lock) {
        return lock.info().map(LockInfo::id).filter(IDS::contains).isPresent();
    }
}
