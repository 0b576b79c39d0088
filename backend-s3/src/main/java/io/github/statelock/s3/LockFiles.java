package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.terraform.LockFile;
import java.time.Duration;
import java.util.Optional;

/**
 * Lock files to bytes and back. A record's version is its ETag, which changes with every renewal since the beat in the file
 * does; the beat stands before it where there is one, so that a renewal need not read the file.
 */
final class LockFiles {

    private static final char SEPARATOR = '@';

    private LockFiles() {}

    static byte[] encode(LockInfo info, Optional<Duration> lease, long beat) {
        return new LockFile(info, lease.map(length -> new LockFile.Lease(length.toMillis(), beat, Optional.empty())))
                .encode();
    }

    /** The file as others see it. One that cannot be read counts as held by somebody unknown. */
    static ObservedLock observed(StateKey key, S3Requests.Fetched file) {
        if (!file.oversized()) {
            try {
                LockFile lock = LockFile.decode(file.bytes());
                return new ObservedLock(
                        key,
                        Optional.of(lock.info()),
                        lock.lease().map(LockFile.Lease::duration),
                        lock.lease()
                                .map(lease -> version(lease.beat(), file.etag()))
                                .orElse(file.etag()),
                        false);
            } catch (StateCorruptException e) {
                return unreadable(key, file);
            }
        }
        return unreadable(key, file);
    }

    private static ObservedLock unreadable(StateKey key, S3Requests.Fetched file) {
        return new ObservedLock(key, Optional.empty(), Optional.empty(), file.etag(), false);
    }

    static OwnedLock owned(StateKey key, LockInfo info, Optional<Duration> lease, long beat, String etag) {
        return new OwnedLock(key, info, lease, lease.isPresent() ? version(beat, etag) : etag);
    }

    private static String version(long beat, String etag) {
        return Long.toString(beat) + SEPARATOR + etag;
    }

    static String etag(String version) {
        return hasBeat(version) ? version.substring(version.indexOf(SEPARATOR) + 1) : version;
    }

    static long beat(String version) {
        return hasBeat(version) ? Long.parseLong(version.substring(0, version.indexOf(SEPARATOR))) : 0;
    }

    private static boolean hasBeat(String version) {
        int end = version.indexOf(SEPARATOR);
        return end > 0 && end < 20 && version.chars().limit(end).allMatch(c -> c >= '0' && c <= '9');
    }
}
