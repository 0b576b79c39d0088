package io.github.statelock.s3;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import io.github.statelock.s3.TableRequests.Condition;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.OwnedLock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.CancellationReason;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.Update;

/**
 * The fence counter of a key. One transaction raises it and proves that the lock is ours in that moment; a transaction
 * answers no values, so a read fetches the number, which is ours if our lock's ID is still beside it.
 */
final class DynamoDbFence {

    private static final String COUNTER = "Fence";

    private final TableRequests table;
    private final Layout layout;

    DynamoDbFence(TableRequests table, Layout layout) {
        this.table = table;
        this.layout = layout;
    }

    /**
     * Draws a number. If it stops between the two requests, or their answers are lost, a number is wasted, which does no harm:
     * the next draw gives a higher one.
     */
    FenceOutcome draw(OwnedLock lock) {
        try {
            table.transact(stillOurs(lock), raise(lock));
        } catch (TransactionCanceledException e) {
            return canceled(lock, e);
        } catch (RuntimeException e) {
            S3Errors.notApplied(e, "dynamodb:UpdateItem and dynamodb:ConditionCheckItem", table.place())
                    .ifPresent(refused -> {
                        throw refused;
                    });
            return new FenceOutcome.Unknown(e);
        }
        return read(lock);
    }

    private TransactWriteItem stillOurs(OwnedLock lock) {
        Condition ours = DynamoDbLockDriver.isVersion(lock.version());
        return TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.table())
                        .key(TableRequests.key(layout.lockId(lock.key())))
                        .conditionExpression(ours.expression())
                        .expressionAttributeValues(ours.values())
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                        .build())
                .build();
    }

    private TransactWriteItem raise(OwnedLock lock) {
        return TransactWriteItem.builder()
                .update(Update.builder()
                        .tableName(table.table())
                        .key(TableRequests.key(layout.fenceId(lock.key())))
                        .updateExpression("SET Holder = :holder ADD Fence :one")
                        .expressionAttributeValues(
                                Map.of(":holder", LockItems.text(lock.info().id()), ":one", LockItems.number(1)))
                        .build())
                .build();
    }

    private static FenceOutcome canceled(OwnedLock lock, TransactionCanceledException e) {
        List<CancellationReason> reasons = e.cancellationReasons();
        CancellationReason ofLock = reasons.isEmpty() ? null : reasons.get(0);
        if (ofLock == null || !"ConditionalCheckFailed".equals(ofLock.code())) {
            return new FenceOutcome.Unknown(
                    new BackendUnavailableException("Another request on the same items came between", e));
        }
        return new FenceOutcome.Lost(
                ofLock.hasItem() && !ofLock.item().isEmpty()
                        ? Optional.of(LockItems.observed(lock.key(), ofLock.item()))
                        : Optional.empty());
    }

    private FenceOutcome read(OwnedLock lock) {
        Map<String, AttributeValue> item;
        try {
            item = table.get(layout.fenceId(lock.key()));
        } catch (RuntimeException e) {
            StatelockException trouble = S3Errors.ofRead(e, "dynamodb:GetItem", table.place());
            return new FenceOutcome.Unknown(trouble);
        }
        AttributeValue holder = item.get(LockItems.HOLDER);
        Optional<Long> token = LockItems.number(item, COUNTER);
        if (holder == null || !lock.info().id().equals(holder.s()) || token.isEmpty()) {
            return new FenceOutcome.Lost(Optional.empty()); // only a later holder of the lock draws
        }
        return new FenceOutcome.Confirmed(token.get(), lock);
    }
}
