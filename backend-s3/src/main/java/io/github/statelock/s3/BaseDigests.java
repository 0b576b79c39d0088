package io.github.statelock.s3;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The digests of the versions that this process read or wrote last, so that a write on such a version need not ask for the
 * digest it replaces. Safe for use by several threads.
 */
final class BaseDigests {

    private static final int MOST = 10_000;

    private record Base(StateVersion version, String md5) {}

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<StateKey, Base> bases = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<StateKey, Base> eldest) {
            return size() > MOST;
        }
    };

    void remember(StateKey key, StateVersion version, String md5) {
        synchronized (lock) {
            bases.put(key, new Base(version, md5));
        }
    }

    /** The digest of the key is not what this process made it. */
    void forget(StateKey key) {
        synchronized (lock) {
            bases.remove(key);
        }
    }

    Optional<String> of(StateKey key, StateVersion version) {
        synchronized (lock) {
            return Optional.ofNullable(bases.get(key))
                    .filter(base -> base.version().equals(version))
                    .map(Base::md5);
        }
    }
}
