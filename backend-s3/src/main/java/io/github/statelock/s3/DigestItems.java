package io.github.statelock.s3;

import io.github.statelock.StateKey;
import io.github.statelock.s3.TableRequests.Condition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The MD5 of each state beside the locks, as Terraform keeps it. Every change names the digest that it replaces, so that a
 * late writer's cannot stand beside a newer state. Errors are the SDK's. Safe for use by several threads.
 */
final class DigestItems {

    private static final String DIGEST = "Digest";

    private final TableRequests table;
    private final Layout layout;

    DigestItems(TableRequests table, Layout layout) {
        this.table = table;
        this.layout = layout;
    }

    String place() {
        return table.place();
    }

    Optional<String> read(StateKey key) {
        AttributeValue value = table.get(layout.digestId(key)).get(DIGEST);
        return Optional.ofNullable(value == null ? null : value.s()).filter(digest -> !digest.isEmpty());
    }

    /** Replaces a digest by the next; one that is the next already is as good. */
    void replace(StateKey key, Optional<String> old, String next) {
        Map<String, AttributeValue> values = new HashMap<>();
        values.put(":next", LockItems.text(next));
        old.ifPresent(digest -> values.put(":old", LockItems.text(digest)));
        String ofOld = old.isPresent() ? " OR Digest = :old" : "";
        table.put(item(key, next), new Condition("attribute_not_exists(Digest) OR Digest = :next" + ofOld, values));
    }

    /** Replaces exactly that digest. */
    void mend(StateKey key, String stored, String next) {
        table.put(item(key, next), new Condition("Digest = :stored", Map.of(":stored", LockItems.text(stored))));
    }

    void put(StateKey key, String digest) {
        table.putAlways(item(key, digest));
    }

    /** Removes a digest, if it is that one or there is none. */
    void remove(StateKey key, String old) {
        table.delete(
                layout.digestId(key),
                new Condition("attribute_not_exists(Digest) OR Digest = :old", Map.of(":old", LockItems.text(old))));
    }

    void removeAny(StateKey key) {
        table.deleteAlways(layout.digestId(key));
    }

    private Map<String, AttributeValue> item(StateKey key, String digest) {
        return Map.of(LockItems.LOCK_ID, LockItems.text(layout.digestId(key)), DIGEST, LockItems.text(digest));
    }
}
