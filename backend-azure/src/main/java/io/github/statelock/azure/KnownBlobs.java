package io.github.statelock.azure;

import io.github.statelock.StateKey;
import java.util.Optional;

/**
 * What this process knows of the blobs, so that it need not ask again. Never trusted: whoever uses an ETag from here names it
 * as a condition, and asks when it is refused. Safe for use by several threads.
 */
final class KnownBlobs {

    private static final int MOST = 4096;

    private final LruMap<StateKey, BlobHead> heads = new LruMap<>(MOST);
    private final LruMap<String, Boolean> emptied = new LruMap<>(MOST);

    Optional<BlobHead> head(StateKey key) {
        return heads.get(key);
    }

    void learn(StateKey key, BlobHead head) {
        heads.put(key, head);
    }

    void forget(StateKey key) {
        heads.remove(key);
    }

    /** The state was deleted under that lock, by leaving no bytes: the blob may go with the lock. */
    void markEmptied(String lockId) {
        emptied.put(lockId, true);
    }

    void unmarkEmptied(String lockId) {
        emptied.remove(lockId);
    }

    boolean isEmptied(String lockId) {
        return emptied.get(lockId).isPresent();
    }
}
