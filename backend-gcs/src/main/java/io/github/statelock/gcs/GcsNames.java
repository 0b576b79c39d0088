package io.github.statelock.gcs;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.InvalidKeyException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which objects belong to a key. Terraform keeps the state of a workspace in {@code <prefix>/<workspace>.tfstate} and its
 * lock in {@code <prefix>/<workspace>.tflock}; of any other key {@code K} the lock is {@code K.statelock}, since
 * {@code K.tflock} is the lock of {@code K.tfstate}.
 *
 * @param bucket the bucket
 * @param folder what is before every key: empty, or the prefix with its slash
 */
record GcsNames(String bucket, String folder) {

    private static final String STATE = ".tfstate";
    private static final String TERRAFORM_LOCK = ".tflock";
    private static final String LOCK = ".statelock";
    private static final String FENCE = ".statelock-fence";
    /** The end of a text that may be the beginning of ".tfstate", by which a lock's name differs from its key. */
    private static final Pattern BEGUN_STATE = Pattern.compile("\\.tf(s|st|sta|stat|state)$");

    static GcsNames of(String bucket, String prefix) {
        if (!bucket.matches("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")) {
            throw new BackendMisconfiguredException(
                    "\"" + bucket
                            + "\" is no bucket of Google Cloud Storage: 3 or more lower-case letters, digits, dashes,"
                            + " underscores and dots.",
                    null);
        }
        String inner = prefix.replaceAll("^/+|/+$", "");
        if (!inner.isEmpty()) {
            StateKey.of(inner + "/x"); // the same rules as for keys; both together have at most 1,024 bytes
        }
        return new GcsNames(bucket, inner.isEmpty() ? "" : inner + "/");
    }

    String state(StateKey key) {
        return folder + key;
    }

    String lock(StateKey key) {
        String name = key.value();
        return folder
                + (name.endsWith(STATE)
                        ? name.substring(0, name.length() - STATE.length()) + TERRAFORM_LOCK
                        : name + LOCK);
    }

    String fence(StateKey key) {
        return folder + key + FENCE;
    }

    /** An object that no key can have and no list shows. */
    String probe(String random) {
        return folder + "probe-" + random + FENCE;
    }

    String uri(String object) {
        return "gs://" + bucket + "/" + object;
    }

    /** The key of a state object; empty for objects of locks and fences, and those that no key can name. */
    Optional<StateKey> keyOfState(String object) {
        return key(object.substring(folder.length()));
    }

    /** What the name of an object breaks as a key; empty for keys, and for objects of locks and fences. */
    Optional<StateStore.LeftOut> leftOut(String object) {
        String name = object.substring(folder.length());
        if (Stream.of(TERRAFORM_LOCK, LOCK, FENCE).anyMatch(name::endsWith)) {
            return Optional.empty();
        }
        try {
            StateKey.of(name);
            return Optional.empty();
        } catch (InvalidKeyException e) {
            return Optional.of(new StateStore.LeftOut(name, String.valueOf(e.getMessage())));
        }
    }

    /** The key of a lock object; empty for other objects. */
    Optional<StateKey> keyOfLock(String object) {
        String name = object.substring(folder.length());
        if (name.endsWith(TERRAFORM_LOCK)) {
            return key(name.substring(0, name.length() - TERRAFORM_LOCK.length()) + STATE);
        }
        return name.endsWith(LOCK)
                ? key(name.substring(0, name.length() - LOCK.length()))
                        .filter(key -> !key.value().endsWith(STATE))
                : Optional.empty();
    }

    /** A prefix of all lock objects whose keys have the prefix; of a few others too. */
    String locksBelow(String keyPrefix) {
        return folder + BEGUN_STATE.matcher(keyPrefix).replaceFirst("");
    }

    private static Optional<StateKey> key(String name) {
        try {
            return Optional.of(StateKey.of(name));
        } catch (IllegalArgumentException e) { // somebody else's object
            return Optional.empty();
        }
    }
}
