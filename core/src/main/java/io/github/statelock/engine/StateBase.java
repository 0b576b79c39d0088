package io.github.statelock.engine;

import io.github.statelock.State;
import io.github.statelock.StateVersion;
import io.github.statelock.terraform.StateHeader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the next write under a lock follows: what is needed to judge that, and of a state that was written no copy of its content,
 * which may be large. Immutable and safe for use by several threads.
 *
 * @param version the stored version
 * @param header its header; empty if it is not a state file
 * @param isContent whether bytes are its content
 */
record StateBase(StateVersion version, Optional<StateHeader> header, Predicate<byte[]> isContent) {

    /** A state that was read. Its reader has the content anyway. */
    static StateBase read(State state) {
        return new StateBase(state.version(), StateHeader.of(state), state::hasContent);
    }

    /** A state that was written. The array is its writer's, who may change it. */
    static StateBase written(StateVersion version, byte[] content) {
        Optional<StateHeader> header = StateHeader.of(content);
        if (header.isEmpty()) {
            // Content is compared only where both are state files.
            return new StateBase(version, header, bytes -> false);
        }
        byte[] digest = digest(content);
        return new StateBase(version, header, bytes -> MessageDigest.isEqual(digest, digest(bytes)));
    }

    private static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }
}
