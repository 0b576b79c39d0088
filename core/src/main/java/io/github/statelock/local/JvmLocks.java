package io.github.statelock.local;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One lock per mutex file for the whole JVM, shared even with copies of this class in other class loaders: an OS file lock
 * belongs to the process, and closing any channel on the file drops it.
 *
 * <p>The only place that all class loaders share is the system properties, so the map lives there, under
 * {@value #PROPERTY}. It holds nothing but types of the JDK: {@code Map<String, ReentrantLock>}, by the mutex file's
 * {@linkplain java.nio.file.attribute.BasicFileAttributes#fileKey() key} as text, or its path where there is no key. Every version of this library that keeps this property must keep that form.
 */
final class JvmLocks {

    static final String PROPERTY = "io.github.statelock.mutexes";

    /** Kept here too, so that a replaced set of system properties parts class loaders, but not the backends of one. */
    private static final Map<String, ReentrantLock> LOCKS = shared();

    private JvmLocks() {}

    /** The fair lock for that mutex file. */
    static ReentrantLock of(String fileKey) {
        return LOCKS.computeIfAbsent(fileKey, key -> new ReentrantLock(true));
    }

    @SuppressWarnings("unchecked") // nobody else writes this property
    private static Map<String, ReentrantLock> shared() {
        return (Map<String, ReentrantLock>)
                System.getProperties().computeIfAbsent(PROPERTY, property -> new ConcurrentHashMap<>());
    }
}
