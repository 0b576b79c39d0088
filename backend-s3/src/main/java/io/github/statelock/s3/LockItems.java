package io.github.statelock.s3;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.terraform.LockFile;
import io.github.statelock.terraform.LockInfoCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Lock items to attributes and back. {@code LockID} and {@code Info} are Terraform's; {@code Holder}, {@code Beat} and
 * {@code LeaseMillis} are ours, believed only where the holder is the one that the info names.
 *
 * <p>A record's version is holder and beat: every renewal counts the beat up, and an ID serves one acquisition only, so a
 * version never comes again. Of an item without them it is a hash of the info.
 */
final class LockItems {

    static final String LOCK_ID = "LockID";
    static final String INFO = "Info";
    static final String HOLDER = "Holder";
    static final String BEAT = "Beat";
    static final String LEASE = "LeaseMillis";

    private static final char SEPARATOR = '#';

    private LockItems() {}

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    static Map<String, AttributeValue> item(String lockId, LockInfo info, Optional<Duration> lease, long beat) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put(LOCK_ID, text(lockId));
        item.put(INFO, text(new String(LockInfoCodec.encode(info), StandardCharsets.UTF_8)));
        item.put(HOLDER, text(info.id()));
        item.put(BEAT, number(beat));
        lease.ifPresent(length -> item.put(LEASE, number(length.toMillis())));
        return item;
    }

    /** The item as others see it. One that cannot be read counts as held by somebody unknown. */
    static ObservedLock observed(StateKey key, Map<String, AttributeValue> item) {
        Optional<LockInfo> info = info(item);
        Optional<Long> beat = info.flatMap(i -> beat(item, i.id()));
        return new ObservedLock(
                key,
                info,
                beat.flatMap(b -> lease(item)),
                beat.map(b -> version(info.orElseThrow().id(), b)).orElseGet(() -> fingerprint(item)),
                false);
    }

    /** The version of an item of ours. */
    static String version(String holder, long beat) {
        return holder + SEPARATOR + beat;
    }

    /** Who holds the item of that version, and in which beat; empty for an item without. */
    static Optional<Beat> beatOf(String version) {
        int separator = version.lastIndexOf(SEPARATOR);
        return separator < 0
                ? Optional.empty()
                : Optional.of(
                        new Beat(version.substring(0, separator), Long.parseLong(version.substring(separator + 1))));
    }

    /** One beat of one holder. */
    record Beat(String holder, long number) {}

    static Optional<String> lockId(Map<String, AttributeValue> item) {
        AttributeValue value = item.get(LOCK_ID);
        return value == null ? Optional.empty() : Optional.ofNullable(value.s());
    }

    private static @Nullable String rawInfo(Map<String, AttributeValue> item) {
        AttributeValue value = item.get(INFO);
        return value == null ? null : value.s();
    }

    private static Optional<LockInfo> info(Map<String, AttributeValue> item) {
        String raw = rawInfo(item);
        if (raw == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(LockInfoCodec.decode(raw.getBytes(StandardCharsets.UTF_8)));
        } catch (StateCorruptException e) {
            return Optional.empty();
        }
    }

    private static Optional<Long> beat(Map<String, AttributeValue> item, String id) {
        AttributeValue holder = item.get(HOLDER);
        return holder != null && id.equals(holder.s()) ? number(item, BEAT) : Optional.empty();
    }

    private static Optional<Duration> lease(Map<String, AttributeValue> item) {
        return number(item, LEASE)
                .filter(millis -> millis >= 1 && millis <= LockFile.Lease.MAX_MILLIS)
                .map(Duration::ofMillis);
    }

    static Optional<Long> number(Map<String, AttributeValue> item, String name) {
        AttributeValue value = item.get(name);
        String digits = value == null ? null : value.n();
        return digits != null && digits.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(digits)) : Optional.empty();
    }

    private static String fingerprint(Map<String, AttributeValue> item) {
        String raw = rawInfo(item);
        return Hashes.fingerprint(raw == null ? "no info" : raw);
    }
}
