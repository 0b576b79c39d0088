package io.github.statelock.azure;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;

/** A request that did not succeed, and what that means. Stays within this package. */
final class BlobFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What a failed request means. All but the last mean that nothing was applied. */
    enum Kind {
        /** There is no such blob. */
        NO_BLOB,
        /** The lease is not the one that was named, or one was not named. */
        LEASED,
        /** The blob is not the one that the condition named. */
        CHANGED,
        /** The blob has snapshots, and cannot be deleted without them. */
        HAS_SNAPSHOTS,
        /** Something else was refused: {@link #refusal()}. */
        REFUSED,
        /** There is no answer, or one that does not tell. */
        UNANSWERED
    }

    private final Kind kind;
    private final StatelockException meaning;

    /**
     * A failure.
     *
     * @param meaning what to tell the caller if nobody handles the kind
     */
    BlobFailure(Kind kind, StatelockException meaning, Throwable cause) {
        super(meaning.getMessage(), cause);
        this.kind = kind;
        this.meaning = meaning;
    }

    Kind kind() {
        return kind;
    }

    /** The error for callers. For a failed change only if nothing was applied. */
    StatelockException refusal() {
        return meaning;
    }

    /** Whether the same request may well succeed a moment later. */
    boolean isTransient() {
        return kind == Kind.UNANSWERED || meaning instanceof BackendUnavailableException;
    }
}
