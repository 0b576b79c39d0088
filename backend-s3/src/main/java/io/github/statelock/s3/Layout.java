package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.InvalidKeyException;
import io.github.statelock.Printable;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Where everything of a key is, as Terraform and OpenTofu name it. Immutable.
 *
 * <p>Objects and items are named by the key as it is, and by the key and one of {@code .tflock}, {@code .statelock-fence} and, for
 * items, {@code -md5}. No key may end in one of these. So no two of them have one name: of two different endings neither ends in
 * the other, and where one has none, it is a key that ends in the other's.
 *
 * @param bucket the bucket
 * @param prefix what stands before every key; empty, or ends in a slash
 * @param items whether locks or digests are items of a table
 * @param inWorkspace whether the prefix is one of a workspace, where the tools clean paths
 */
record Layout(String bucket, String prefix, boolean items, boolean inWorkspace) {

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
        return new Layout(bucket, all, false, !all.equals(keys));
    }

    /** The same place, where locks or digests are items of a table. */
    Layout withItems() {
        return new Layout(bucket, prefix, true, inWorkspace);
    }

    /**
     * Why a key cannot be held here. Everything else is taken as it is: S3 does not look into keys, and neither do the tools, but
     * for other workspaces, whose paths they clean.
     */
    Optional<String> keyProblem(StateKey key) {
        String value = key.value();
        for (String suffix : items ? List.of(LOCK_FILE, FENCE, DIGEST) : List.of(LOCK_FILE, FENCE)) {
            if (value.endsWith(suffix)) {
                return Optional.of("it ends in " + suffix + ", which is reserved for locks, digests and fences");
            }
        }
        if (value.startsWith(PROBE)) {
            return Optional.of("it begins with " + PROBE + ", which is reserved");
        }
        return inWorkspace ? problemInWorkspace(value) : Optional.empty();
    }

    private static Optional<String> problemInWorkspace(String value) {
        String clean = Names.clean(value);
        if (clean.equals("..") || clean.startsWith("../")) {
            return Optional.of("in a workspace the tools clean the path, and the key leads out of it");
        }
        return clean.equals(value)
                ? Optional.empty()
                : Optional.of(
                        "in a workspace the tools clean the path, and the key is \"" + Printable.line(clean) + "\"");
    }

    /** Why an object below the prefix is not listed, though it may be a state; empty for keys, locks, fences and probes. */
    Optional<StateStore.LeftOut> leftOut(String object) {
        String name = object.substring(prefix.length());
        boolean ours = name.startsWith(PROBE) || name.endsWith(LOCK_FILE) || name.endsWith(FENCE);
        return ours ? Optional.empty() : problemOf(name).map(rule -> new StateStore.LeftOut(name, rule));
    }

    private Optional<String> problemOf(String name) {
        try {
            return keyProblem(StateKey.verbatim(name));
        } catch (InvalidKeyException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
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
        return object.startsWith(prefix) ? key(object.substring(prefix.length())) : Optional.empty();
    }

    /** The key that a lock file locks; empty for every other object. */
    Optional<StateKey> keyOfLockObject(String object) {
        return object.startsWith(prefix) && object.endsWith(LOCK_FILE)
                ? key(object.substring(prefix.length(), object.length() - LOCK_FILE.length()))
                : Optional.empty();
    }

    /** The object that an item of a lock, a digest or a fence is about; empty for another bucket's. */
    Optional<String> objectOfItem(String id) {
        String path = id.substring(Math.min(id.length(), bucket.length() + 1));
        for (String suffix : List.of(DIGEST, FENCE)) {
            path = path.endsWith(suffix) ? path.substring(0, path.length() - suffix.length()) : path;
        }
        return id.startsWith(bucket + "/") ? Optional.of(path) : Optional.empty();
    }

    /** The key that a lock item locks; empty for every other item. */
    Optional<StateKey> keyOfLockId(String lockId) {
        String before = bucket + "/" + prefix;
        return lockId.startsWith(before) ? key(lockId.substring(before.length())) : Optional.empty();
    }

    /** Names that are no keys are somebody else's. */
    private Optional<StateKey> key(String name) {
        return problemOf(name).isPresent() ? Optional.empty() : Optional.of(StateKey.verbatim(name));
    }
}
