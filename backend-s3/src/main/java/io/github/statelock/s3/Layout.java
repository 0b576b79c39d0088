package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.StateKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where everything of a key is, as Terraform and OpenTofu name it. Immutable.
 *
 * @param bucket the bucket
 * @param prefix what stands before every key; empty, or ends in a slash
 */
record Layout(String bucket, String prefix) {

    private static final String LOCK_FILE = ".tflock";
    private static final String FENCE = ".statelock-fence";
    private static final String DIGEST = "-md5";
    private static final String PROBE = ".statelock-probe-";

    /** S3's 1,024 bytes, less the longest key and the longest suffix. */
    private static final int MAX_PREFIX_BYTES = 1024 - StateKey.MAX_BYTES - FENCE.length();

    static Layout of(String bucket, String prefix, Optional<String> workspace, String workspaceKeyPrefix) {
        if (bucket.isBlank()) {
            throw new BackendMisconfiguredException("The bucket's name is empty.", null);
        }
        String keys = withSlash(prefix);
        String all = workspace
                .filter(name -> !name.equals("default"))
                .map(name -> withSlash(workspaceKeyPrefix) + withSlash(name) + keys)
                .orElse(keys);
        int bytes = all.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PREFIX_BYTES) {
            throw new BackendMisconfiguredException(
                    "The prefix \"" + all + "\" has " + bytes + " bytes, the most is " + MAX_PREFIX_BYTES + ".", null);
        }
        return new Layout(bucket, all);
    }

    private static String withSlash(String part) {
        if (part.isEmpty()) {
            return "";
        }
        String bare = part.endsWith("/") ? part.substring(0, part.length() - 1) : part;
        try {
            return StateKey.of(bare).value() + "/"; // the rules of a key are those of its beginning
        } catch (IllegalArgumentException e) {
            throw new BackendMisconfiguredException(
                    "The prefix or workspace \"" + part + "\" is not allowed: " + e.getMessage(), e);
        }
    }

    String stateObject(StateKey key) {
        return prefix + key.value();
    }

    String lockObject(StateKey key) {
        return stateObject(key) + LOCK_FILE;
    }

    String fenceObject(StateKey key) {
        return stateObject(key) + FENCE;
    }

    String probeObject(String name) {
        return prefix + PROBE + name;
    }

    /** The lock item's hash key, and the path that the lock info shows. */
    String lockId(StateKey key) {
        return bucket + "/" + stateObject(key);
    }

    String digestId(StateKey key) {
        return lockId(key) + DIGEST;
    }

    String fenceId(StateKey key) {
        return lockId(key) + FENCE;
    }

    /** The key whose state that object is; empty for everything else. */
    Optional<StateKey> keyOfState(String object) {
        return object.startsWith(prefix) && !object.startsWith(prefix + PROBE)
                ? key(object.substring(prefix.length()))
                : Optional.empty();
    }

    /** The key that a lock file locks; empty for every other object. */
    Optional<StateKey> keyOfLockObject(String object) {
        return object.startsWith(prefix) && object.endsWith(LOCK_FILE)
                ? key(object.substring(prefix.length(), object.length() - LOCK_FILE.length()))
                : Optional.empty();
    }

    /** The key that a lock item locks; empty for every other item. */
    Optional<StateKey> keyOfLockId(String lockId) {
        String before = bucket + "/" + prefix;
        return lockId.startsWith(before) ? key(lockId.substring(before.length())) : Optional.empty();
    }

    /** Names that are no keys are somebody else's. */
    private static Optional<StateKey> key(String name) {
        try {
            return Optional.of(StateKey.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
