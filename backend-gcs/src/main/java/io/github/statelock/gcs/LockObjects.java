package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.terraform.LockFile;
import io.github.statelock.terraform.LockInfoCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lock objects to lock records and back. The body is Terraform's. Ours have the lock info in the metadata too, so that one
 * read names the holder, and the lease.
 */
final class LockObjects {

    static final String CONTENT_TYPE = "application/json";

    private static final String INFO = "statelock-info";
    private static final String LEASE = "statelock-lease-millis";
    private static final String BEAT = "statelock-beat";

    private LockObjects() {}

    static byte[] body(LockInfo info) {
        return LockInfoCodec.encode(info);
    }

    /** The metadata of a lock that is taken now. */
    static Map<String, String> metadata(LockProposal proposal) {
        return metadata(proposal.info(), proposal.lease(), 1);
    }

    /** The metadata with that beat. All of it each time: a patch that replaces must not lose the holder. */
    static Map<String, String> metadata(LockInfo info, Optional<Duration> lease, long beat) {
        Map<String, String> metadata = new HashMap<>();
        metadata.put(INFO, new String(LockInfoCodec.encode(info), StandardCharsets.UTF_8));
        metadata.put(BEAT, Long.toString(beat));
        lease.ifPresent(length -> metadata.put(LEASE, Long.toString(length.toMillis())));
        return metadata;
    }

    /** A lock of ours, read out of the metadata; empty if there is nothing of ours in it. */
    static Optional<ObservedLock> fromMetadata(StateKey key, BlobInfo object) {
        return decode(value(object, INFO).getBytes(StandardCharsets.UTF_8))
                .map(info -> new ObservedLock(key, Optional.of(info), lease(object), version(object), false));
    }

    /**
     * A lock of Terraform's, read out of the body. Its ID is the generation, as Terraform shows it. It has no lease, so it is
     * never taken over.
     */
    static ObservedLock fromBody(StateKey key, BlobInfo object, byte[] body) {
        Optional<LockInfo> info = decode(body)
                .map(stored -> new LockInfo(
                        ObjectVersion.of(object).id(),
                        stored.operation(),
                        stored.info(),
                        stored.who(),
                        stored.version(),
                        stored.created(),
                        stored.path()));
        return new ObservedLock(key, info, Optional.empty(), version(object), false);
    }

    /** A record too large to be read. */
    static ObservedLock unreadable(StateKey key, BlobInfo object) {
        return new ObservedLock(key, Optional.empty(), Optional.empty(), version(object), false);
    }

    static boolean isTooLarge(BlobInfo object) {
        Long size = object.getSize();
        return size != null && size > LockInfoCodec.MAX_READ_BYTES;
    }

    private static String version(BlobInfo object) {
        return ObjectVersion.of(object).toString();
    }

    private static Optional<LockInfo> decode(byte[] json) {
        if (json.length == 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(LockInfoCodec.decode(json));
        } catch (StateCorruptException e) { // counts as held, by nobody who could be named
            return Optional.empty();
        }
    }

    /** The lease; empty where it makes no sense, so that the lock is never taken over. */
    private static Optional<Duration> lease(BlobInfo object) {
        String millis = value(object, LEASE);
        if (!millis.matches("[1-9][0-9]{0,11}") || Long.parseLong(millis) > LockFile.Lease.MAX_MILLIS) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(Long.parseLong(millis)));
    }

    private static String value(BlobInfo object, String name) {
        @Nullable Map<String, @Nullable String> metadata = object.getMetadata();
        @Nullable String value = metadata == null ? null : metadata.get(name);
        return value == null ? "" : value;
    }
}
