package io.github.statelock.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.OwnedLock;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The two halves of a lock that is kept in a file and in a table: what the version of such a lock tells. Either may be absent.
 *
 * @param file the lock file
 * @param table the lock item
 */
record Halves(Optional<Half> file, Optional<Half> table) {

    private static final String ABSENT = "-";

    /**
     * One half.
     *
     * @param id the ID of its lock; empty text where it is unreadable
     * @param version its version, in its own driver's form
     */
    record Half(String id, String version) {

        static Half of(ObservedLock seen) {
            return new Half(seen.info().map(LockInfo::id).orElse(""), seen.version());
        }

        /** Whether an operator who names that ID means this half. */
        boolean isNamed(String lockId) {
            return id.isEmpty() ? version.equals(lockId) : id.equals(lockId);
        }

        ObservedLock observed(StateKey key) {
            return new ObservedLock(key, Optional.empty(), Optional.empty(), version, false);
        }
    }

    /** The halves as they were seen. */
    static Halves of(Optional<ObservedLock> file, Optional<ObservedLock> table) {
        return new Halves(file.map(Half::of), table.map(Half::of));
    }

    /**
     * The lock that two halves make: the table's where there is one. It has a lease only if every half has one, the longer of
     * the two, since a half without lease is never taken over.
     */
    static Optional<ObservedLock> merge(StateKey key, Optional<ObservedLock> file, Optional<ObservedLock> table) {
        if (file.isEmpty() && table.isEmpty()) {
            return Optional.empty();
        }
        Optional<LockInfo> info = table.or(() -> file).flatMap(ObservedLock::info);
        List<ObservedLock> present =
                Stream.of(file, table).flatMap(Optional::stream).toList();
        Optional<Duration> lease = present.stream()
                        .allMatch(half -> half.lease().isPresent())
                ? present.stream().map(half -> half.lease().orElseThrow()).max(Duration::compareTo)
                : Optional.empty();
        return Optional.of(new ObservedLock(key, info, lease, of(file, table).version(), false));
    }

    /** Our lock, in both halves. */
    static OwnedLock owned(OwnedLock file, String tableVersion) {
        String id = file.info().id();
        Halves both = new Halves(Optional.of(new Half(id, file.version())), Optional.of(new Half(id, tableVersion)));
        return file.withVersion(both.version());
    }

    static Halves parse(String version) {
        int bar = version.indexOf('|');
        return new Halves(parseHalf(version.substring(0, bar)), parseHalf(version.substring(bar + 1)));
    }

    String version() {
        return text(file) + "|" + text(table);
    }

    /** The halves to be watched, each for itself. */
    List<String> parts() {
        return Stream.concat(
                        file.map(half -> "file " + half.version()).stream(),
                        table.map(half -> "table " + half.version()).stream())
                .toList();
    }

    /** Whether both halves are there, under one ID. */
    boolean isWhole() {
        return file.isPresent()
                && table.isPresent()
                && file.get().id().equals(table.get().id());
    }

    boolean isNamed(String lockId) {
        return Stream.of(file, table).flatMap(Optional::stream).anyMatch(half -> half.isNamed(lockId));
    }

    private static String text(Optional<Half> half) {
        return half.map(h -> URLEncoder.encode(h.id(), UTF_8) + ";" + URLEncoder.encode(h.version(), UTF_8))
                .orElse(ABSENT);
    }

    private static Optional<Half> parseHalf(String text) {
        if (text.equals(ABSENT)) {
            return Optional.empty();
        }
        int end = text.indexOf(';');
        return Optional.of(new Half(
                URLDecoder.decode(text.substring(0, end), UTF_8), URLDecoder.decode(text.substring(end + 1), UTF_8)));
    }
}
