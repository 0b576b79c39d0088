package io.github.statelock;

import java.util.Objects;

/**
 * Something that a person can do about a failure, as data: the Java API, a command line and a server each say it in their own
 * words. Nothing of it is done by the library itself. Immutable and safe for use by several threads.
 */
public sealed interface Remedy {

    /**
     * The key that it is about.
     *
     * @return the key
     */
    StateKey key();

    /**
     * When it helps, and what for.
     *
     * @return the beginning of a sentence that the operation completes, such as "If it is still there, remove it with"
     */
    String when();

    /**
     * The operation as a call of this library.
     *
     * @return the call with its arguments
     */
    String call();

    /**
     * {@link LockManager#forceUnlock}.
     *
     * @param key the key
     * @param lockId the ID to name, or a record's version where the record is unreadable
     * @param when when it helps
     */
    record ForceUnlock(StateKey key, String lockId, String when) implements Remedy {

        /** When the lock is somebody else's. */
        static final String HOLDER_IS_DEAD = "If you are sure that the holder is dead, free the lock with";

        /** Checks that every field is there. */
        public ForceUnlock {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(lockId, "lockId");
            Objects.requireNonNull(when, "when");
        }

        /** Of the lock that is there, once its holder is dead. */
        static ForceUnlock ofDead(ObservedLock holder) {
            return new ForceUnlock(
                    holder.key(), holder.info().map(LockInfo::id).orElse(holder.version()), HOLDER_IS_DEAD);
        }

        @Override
        public String call() {
            return "forceUnlock(\"" + key + "\", \"" + Printable.line(lockId) + "\")";
        }
    }

    /**
     * {@link LockedState#overwrite}, with a copy of the state that is trusted.
     *
     * @param key the key
     * @param when when it helps
     */
    record Overwrite(StateKey key, String when) implements Remedy {
        /** Checks that every field is there. */
        public Overwrite {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(when, "when");
        }

        @Override
        public String call() {
            return "overwrite(\"" + key + "\")";
        }
    }

    /**
     * The backend's {@code repairDigest}: the stored digest is made to follow the state.
     *
     * @param key the key
     * @param when when it helps
     */
    record RepairDigest(StateKey key, String when) implements Remedy {
        /** Checks that every field is there. */
        public RepairDigest {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(when, "when");
        }

        @Override
        public String call() {
            return "repairDigest(\"" + key + "\")";
        }
    }
}
