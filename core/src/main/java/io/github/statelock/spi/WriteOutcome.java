package io.github.statelock.spi;

import io.github.statelock.StateVersion;

/** What one attempt to write or delete a state gave. */
public sealed interface WriteOutcome {

    /**
     * The state was written.
     *
     * @param version its version
     */
    record Written(StateVersion version) implements WriteOutcome {}

    /** The state is absent: deleted by this request, or gone before. */
    record Deleted() implements WriteOutcome {}

    /** The store refused the condition (or asks to try again): the engine reads what is there, and decides. */
    record Refused() implements WriteOutcome {}

    /**
     * No answer, or one that does not tell.
     *
     * @param cause what came instead of an answer
     */
    record Unknown(Throwable cause) implements WriteOutcome {}
}
