package io.github.statelock.cli;

import io.github.statelock.StatelockException;

/** What the exit codes mean. A contract: scripts switch on them. */
final class ExitCodes {

    /** It is done. */
    static final int DONE = 0;
    /** It failed for a reason without a code of its own. */
    static final int FAILURE = 1;
    /** The arguments, or the place that they name, are wrong; nothing was tried. */
    static final int USAGE = 2;
    /** Somebody else holds the lock. */
    static final int HELD = 3;
    /** The lock was ours, or was said to be, and is not any more. */
    static final int LOST = 4;
    /** The version, serial, lineage or lock ID is not the one that was named. */
    static final int CONFLICT = 5;
    /** A permission is missing. */
    static final int DENIED = 6;
    /** The store could not be reached; nothing was changed. */
    static final int UNREACHABLE = 7;
    /** Something may or may not have been changed. */
    static final int UNKNOWN = 8;

    private ExitCodes() {}

    static int of(StatelockException e) {
        return switch (e.kind()) {
            case HELD -> HELD;
            case LOST -> LOST;
            case CONFLICT -> CONFLICT;
            case DENIED -> DENIED;
            case UNREACHABLE -> UNREACHABLE;
            case OUTCOME_UNKNOWN -> UNKNOWN;
            case MISCONFIGURED, CORRUPT -> FAILURE;
        };
    }
}
