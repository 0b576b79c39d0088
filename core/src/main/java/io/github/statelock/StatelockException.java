package io.github.statelock;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong with a lock or a state. {@link #kind()} says which of eight things; each subclass says what the
 * caller may then assume and do. Messages name the key and the place, never content or credentials.
 */
public abstract sealed class StatelockException extends RuntimeException
        permits LockHeldException,
                LockLostException,
                LockIdMismatchException,
                StateConflictException,
                StaleSerialException,
                BackendDeniedException,
                BackendUnavailableException,
                BackendMisconfiguredException,
                StateCorruptException,
                OutcomeUnknownException {

    private static final long serialVersionUID = 1L;

    /** The eight things that can be wrong. */
    public enum Kind {
        /** Somebody else holds the lock. */
        HELD,
        /** The lock was ours and is not any more. */
        LOST,
        /** The stored version, serial, lineage or lock ID is not the one the caller named. */
        CONFLICT,
        /** The store refused the request for want of permission. */
        DENIED,
        /** The store could not be reached or did not serve; nothing was applied. */
        UNREACHABLE,
        /** The store is not set up for what was asked: no such bucket, wrong table schema, unsupported lease. */
        MISCONFIGURED,
        /** What is stored cannot be trusted or read. */
        CORRUPT,
        /** A change may or may not have been applied. */
        OUTCOME_UNKNOWN
    }

    private final Kind kind;
    private final String problem;
    private final transient @Nullable List<Remedy> remedies;

    /** For the subclasses whose message says all. */
    StatelockException(Kind kind, String message, @Nullable Throwable cause) {
        this(kind, message, List.of(), cause);
    }

    /** For the subclasses. */
    StatelockException(Kind kind, String problem, List<Remedy> remedies, @Nullable Throwable cause) {
        super(message(problem, remedies), cause);
        this.kind = kind;
        this.problem = problem;
        this.remedies = List.copyOf(remedies);
    }

    private static String message(String problem, List<Remedy> remedies) {
        StringBuilder message = new StringBuilder(problem);
        String gap = problem.indexOf('\n') < 0 ? " " : "\n";
        for (Remedy remedy : remedies) {
            message.append(gap)
                    .append(remedy.when())
                    .append(' ')
                    .append(remedy.call())
                    .append('.');
        }
        return message.toString();
    }

    /**
     * Which of the eight things this is.
     *
     * @return the kind
     */
    public final Kind kind() {
        return kind;
    }

    /**
     * What happened, without what can be done about it.
     *
     * @return the beginning of the message
     */
    public final String problem() {
        return problem;
    }

    /**
     * What a person can do about it. The message ends with the same, as calls of this library.
     *
     * @return the remedies, the likeliest first; empty where there is none, and after serialization
     */
    public final List<Remedy> remedies() {
        return remedies == null ? List.of() : remedies;
    }
}
