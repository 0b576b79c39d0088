package io.github.statelock.s3;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.s3.TableRequests.Condition;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;

/**
 * Locks as items of a DynamoDB table. Taking, renewing and taking over are each one conditional PutItem of the whole item, and
 * a refusal shows the item that is there.
 */
final class DynamoDbLockDriver implements LockDriver {

    private static final Duration SHORTEST = Duration.ofSeconds(5);

    private final TableRequests table;
    private final Layout layout;
    private final DynamoDbFence fence;

    DynamoDbLockDriver(TableRequests table, Layout layout) {
        this.table = table;
        this.layout = layout;
        this.fence = new DynamoDbFence(table, layout);
    }

    @Override
    public String lockPath(StateKey key) {
        return layout.lockId(key);
    }

    @Override
    public Optional<String> keyProblem(StateKey key) {
        return layout.keyProblem(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return LeaseBounds.watched(SHORTEST);
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return put(proposal, new Condition("attribute_not_exists(LockID)"));
    }

    /** Only records with a lease are taken over, and those have a holder and a beat. */
    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return put(proposal, isVersion(stale.version()));
    }

    private AcquireOutcome put(LockProposal proposal, Condition condition) {
        StateKey key = proposal.key();
        try {
            table.put(LockItems.item(layout.lockId(key), proposal.info(), proposal.lease(), 1), condition);
            String version = LockItems.version(proposal.info().id(), 1);
            return new AcquireOutcome.Acquired(new OwnedLock(key, proposal.info(), proposal.lease(), version));
        } catch (ConditionalCheckFailedException e) {
            return actual(key, e)
                    .or(() -> holder(key))
                    .<AcquireOutcome>map(AcquireOutcome.Held::new)
                    .orElseGet(AcquireOutcome.HolderGone::new);
        } catch (RuntimeException e) {
            throwIfNotApplied(e, "dynamodb:PutItem");
            return new AcquireOutcome.Unknown(e);
        }
    }

    /** For a service that does not show the item with its refusal. Empty if gone or not readable; the refusal is certain. */
    private Optional<ObservedLock> holder(StateKey key) {
        try {
            return observe(key);
        } catch (StatelockException e) {
            return Optional.empty();
        }
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        long beat = LockItems.beatOf(lock.version()).orElseThrow().number() + 1;
        try {
            table.put(
                    LockItems.item(layout.lockId(lock.key()), lock.info(), lock.lease(), beat),
                    isVersion(lock.version()));
            return new RenewOutcome.Renewed(
                    lock.withVersion(LockItems.version(lock.info().id(), beat)));
        } catch (ConditionalCheckFailedException e) {
            return new RenewOutcome.Lost(actual(lock.key(), e));
        } catch (RuntimeException e) {
            return S3Errors.notApplied(e, "dynamodb:PutItem", table.place())
                    .<RenewOutcome>map(RenewOutcome.Refused::new)
                    .orElseGet(() -> new RenewOutcome.Unknown(e));
        }
    }

    /** In whatever beat: an ID serves one acquisition only, so an item with our ID is ours. */
    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        Condition ours = new Condition(
                "Holder = :holder", Map.of(":holder", LockItems.text(lock.info().id())));
        return remove(lock.key(), ours);
    }

    /** On condition of exactly the info that was read, since others than we write items without holder and beat. */
    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        Map<String, AttributeValue> item = read(observed.key());
        if (item.isEmpty()) {
            return new ReleaseOutcome.AlreadyGone();
        }
        ObservedLock actual = LockItems.observed(observed.key(), item);
        return actual.version().equals(observed.version())
                ? remove(observed.key(), isExactly(item))
                : new ReleaseOutcome.NotOwner(actual);
    }

    private ReleaseOutcome remove(StateKey key, Condition condition) {
        try {
            table.delete(layout.lockId(key), condition);
            return new ReleaseOutcome.Released();
        } catch (ConditionalCheckFailedException e) {
            return actual(key, e)
                    .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                    .orElseGet(ReleaseOutcome.AlreadyGone::new);
        } catch (RuntimeException e) {
            throwIfNotApplied(e, "dynamodb:DeleteItem");
            return new ReleaseOutcome.Unknown(e);
        }
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        Map<String, AttributeValue> item = read(key);
        return item.isEmpty() ? Optional.empty() : Optional.of(LockItems.observed(key, item));
    }

    private Map<String, AttributeValue> read(StateKey key) {
        try {
            return table.get(layout.lockId(key));
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:GetItem", table.place());
        }
    }

    @Override
    public LockListing list(String prefix) {
        try {
            return LockListing.shown(table.locks(layout.bucket() + "/" + layout.prefix() + prefix).stream()
                    .flatMap(
                            item -> LockItems.lockId(item)
                                    .flatMap(layout::keyOfLockId)
                                    .map(key -> LockItems.observed(key, item))
                                    .stream())
                    .toList());
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:Scan", table.place());
        }
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        return fence.draw(lock);
    }

    /** That holder in that beat. */
    static Condition isVersion(String version) {
        LockItems.Beat beat = LockItems.beatOf(version)
                .orElseThrow(() -> new IllegalArgumentException("an item without holder and beat"));
        return new Condition(
                "Holder = :holder AND Beat = :beat",
                Map.of(":holder", LockItems.text(beat.holder()), ":beat", LockItems.number(beat.number())));
    }

    private static Condition isExactly(Map<String, AttributeValue> item) {
        StringBuilder condition = new StringBuilder("attribute_exists(LockID)");
        Map<String, AttributeValue> values = new HashMap<>();
        for (String name : List.of(LockItems.INFO, LockItems.HOLDER, LockItems.BEAT)) {
            AttributeValue value = item.get(name);
            condition.append(" AND ");
            if (value == null) {
                condition.append("attribute_not_exists(").append(name).append(')');
            } else {
                condition.append(name).append(" = :").append(name);
                values.put(":" + name, value);
            }
        }
        return new Condition(condition.toString(), values);
    }

    /** The item that the refusal showed. */
    private static Optional<ObservedLock> actual(StateKey key, ConditionalCheckFailedException e) {
        return e.hasItem() && !e.item().isEmpty() ? Optional.of(LockItems.observed(key, e.item())) : Optional.empty();
    }

    private void throwIfNotApplied(RuntimeException e, String action) {
        S3Errors.notApplied(e, action, table.place()).ifPresent(refused -> {
            throw refused;
        });
    }
}
