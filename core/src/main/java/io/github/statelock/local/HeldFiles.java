package io.github.statelock.local;

import io.github.statelock.LockInfo;
import io.github.statelock.terraform.LockInfoCodec;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The state files that this JVM has OS locks on, of all class loaders: a copy of this class that did not know of a lock would open
 * and close the file, which drops the lock.
 *
 * <p>As {@link JvmLocks}, the map lives in the system properties, under {@value #PROPERTY}, and holds nothing but types of the JDK:
 * {@code Map<String, Object[]>}, by the file's path; the lock info's bytes, the {@link FileChannel} that has the lock, and the
 * file's key. Every version of this library that keeps this property must keep that form. An entry is written under the JVM's
 * lock for the path only.
 */
final class HeldFiles {

    static final String PROPERTY = "io.github.statelock.held-files";

    private static final Map<String, Object[]> HELD = shared();

    private HeldFiles() {}

    /** A lock of this JVM: whose it is, the channel that has the OS lock, and which file that is. */
    record Held(LockInfo info, FileChannel channel, Object identity) {}

    static Optional<Held> at(Path path) {
        return Optional.ofNullable(HELD.get(path.toString()))
                .map(held -> new Held(LockInfoCodec.decode((byte[]) held[0]), (FileChannel) held[1], held[2]));
    }

    /** Whether that file is locked under another path. */
    static boolean isElsewhere(Path path, Object identity) {
        return HELD.entrySet().stream()
                .anyMatch(held -> !held.getKey().equals(path.toString()) && held.getValue()[2].equals(identity));
    }

    static void put(Path path, Held held) {
        HELD.put(path.toString(), new Object[] {LockInfoCodec.encode(held.info()), held.channel(), held.identity()});
    }

    static void remove(Path path) {
        HELD.remove(path.toString());
    }

    @SuppressWarnings("unchecked") // nobody else writes this property
    private static Map<String, Object[]> shared() {
        return (Map<String, Object[]>)
                System.getProperties().computeIfAbsent(PROPERTY, property -> new ConcurrentHashMap<>());
    }
}
