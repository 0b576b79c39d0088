package io.github.statelock.spi;

import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.util.Objects;
import java.util.Optional;

/**
 * One write or delete of a state.
 *
 * @param key the key
 * @param content the new content; empty array for a delete. Not changed by anybody while the write goes on
 * @param condition what must be stored for it to be applied
 * @param writeId a random ID that the object's metadata carries, so that a writer recognizes its own write
 * @param lockId the ID of the caller's lock on the key, for services that want it with every write; empty without lock
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; a copy of up to 512 MiB would serve nobody
public record StateWrite(
        StateKey key, byte[] content, WriteCondition condition, String writeId, Optional<String> lockId) {

    /** Checks that every field is there. */
    public StateWrite {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(condition, "condition");
        Objects.requireNonNull(writeId, "writeId");
        Objects.requireNonNull(lockId, "lockId");
    }
}
