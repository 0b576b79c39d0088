package io.github.statelock.azure;

import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.terraform.LockInfoCodec;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What Terraform and this library keep in a blob's metadata. Names have no case. Changing metadata replaces all of it, so
 * every method that makes new metadata keeps what is not its own.
 */
final class BlobMetadata {

    /** Terraform's: the lock info, in base64. */
    static final String LOCK = "terraformlockid";

    /** Ours: {@code <lock ID>:<milliseconds>}. */
    static final String LEASE = "statelocklease";

    /** Ours: the last fencing token drawn. */
    static final String FENCE = "statelockfence";

    /** Ours: which write made the content. */
    static final String WRITE = "statelockwrite";

    /** Longer than any lease of the service; more would only overflow somebody's arithmetic. */
    private static final long MOST_MILLIS = 3_600_000;

    private BlobMetadata() {}

    /** With the signature of a lock. */
    static Map<String, String> signed(Map<String, String> old, LockProposal proposal) {
        Map<String, String> metadata = unsigned(old);
        metadata.put(LOCK, Base64.getEncoder().encodeToString(LockInfoCodec.encode(proposal.info())));
        proposal.lease().ifPresent(lease -> metadata.put(LEASE, proposal.info().id() + ":" + lease.toMillis()));
        return metadata;
    }

    /** Without the signature of any lock. */
    static Map<String, String> unsigned(Map<String, String> old) {
        Map<String, String> metadata = copy(old);
        metadata.remove(LOCK);
        metadata.remove(LEASE);
        return metadata;
    }

    static boolean isSigned(Map<String, String> metadata) {
        return get(metadata, LOCK).isPresent() || get(metadata, LEASE).isPresent();
    }

    /** Whether the lock with that ID signed last. */
    static boolean isSignedBy(Map<String, String> metadata, String lockId) {
        return info(metadata).filter(info -> info.id().equals(lockId)).isPresent();
    }

    /** Who signed last; empty where nobody did or it cannot be read. */
    static Optional<LockInfo> info(Map<String, String> metadata) {
        try {
            return get(metadata, LOCK)
                    .map(text -> LockInfoCodec.decode(Base64.getDecoder().decode(text.strip())))
                    .filter(info -> !info.id().isEmpty());
        } catch (IllegalArgumentException | StateCorruptException e) {
            return Optional.empty();
        }
    }

    /** The lease that the holder of that lock wrote down. Terraform keeps what we wrote, so another lock's means nothing. */
    static Optional<Duration> lease(Map<String, String> metadata, String lockId) {
        return get(metadata, LEASE)
                .filter(text -> text.startsWith(lockId + ":"))
                .flatMap(text -> number(text.substring(lockId.length() + 1)))
                .filter(millis -> millis > 0 && millis <= MOST_MILLIS)
                .map(Duration::ofMillis);
    }

    static boolean hasFence(Map<String, String> metadata) {
        return get(metadata, FENCE).isPresent();
    }

    /**
     * The last fencing token drawn; zero before the first.
     *
     * @throws StateCorruptException if it is no number
     */
    static long fence(Map<String, String> metadata) {
        Optional<String> text = get(metadata, FENCE);
        return text.isEmpty()
                ? 0
                : number(text.get())
                        .orElseThrow(() -> new StateCorruptException(
                                "The blob's metadata " + FENCE
                                        + " is not a number. Write into it a number higher than every"
                                        + " token that was ever drawn.",
                                null));
    }

    static Map<String, String> withFence(Map<String, String> old, long token) {
        Map<String, String> metadata = copy(old);
        metadata.put(FENCE, Long.toString(token));
        return metadata;
    }

    static Optional<String> writeId(Map<String, String> metadata) {
        return get(metadata, WRITE);
    }

    static Map<String, String> written(Map<String, String> old, String writeId) {
        Map<String, String> metadata = copy(old);
        metadata.put(WRITE, writeId);
        return metadata;
    }

    static Map<String, String> emptied(Map<String, String> old) {
        Map<String, String> metadata = copy(old);
        metadata.remove(WRITE);
        return metadata;
    }

    private static Optional<Long> number(String text) {
        return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
    }

    private static Optional<String> get(Map<String, String> metadata, String name) {
        return Optional.ofNullable(copy(metadata).get(name));
    }

    private static Map<String, String> copy(Map<String, String> metadata) {
        Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        copy.putAll(metadata);
        return copy;
    }
}
