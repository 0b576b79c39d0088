package io.github.statelock.s3;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;

/**
 * The requests on a lock table. One request each, changes sent once; errors are the SDK's, and a refused condition shows the
 * item that is there. Safe for use by several threads.
 */
final class TableRequests {

    /** A condition and the values in it. */
    record Condition(String expression, Map<String, AttributeValue> values) {

        Condition(String expression) {
            this(expression, Map.of());
        }
    }

    private final DynamoDbClient client;
    private final String table;
    private final Duration timeout;

    TableRequests(DynamoDbClient client, String table, Duration timeout) {
        this.client = client;
        this.table = table;
        this.timeout = timeout;
    }

    DynamoDbClient client() {
        return client;
    }

    String table() {
        return table;
    }

    String place() {
        return "the DynamoDB table " + table;
    }

    void put(Map<String, AttributeValue> item, Condition condition) {
        PutItemRequest.Builder request = PutItemRequest.builder()
                .tableName(table)
                .item(item)
                .conditionExpression(condition.expression())
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (!condition.values().isEmpty()) {
            request.expressionAttributeValues(condition.values());
        }
        Change.send(
                timeout,
                options -> client.putItem(request.overrideConfiguration(options).build()));
    }

    void putAlways(Map<String, AttributeValue> item) {
        PutItemRequest.Builder request =
                PutItemRequest.builder().tableName(table).item(item);
        Change.send(
                timeout,
                options -> client.putItem(request.overrideConfiguration(options).build()));
    }

    void delete(String lockId, Condition condition) {
        DeleteItemRequest.Builder request = DeleteItemRequest.builder()
                .tableName(table)
                .key(key(lockId))
                .conditionExpression(condition.expression())
                .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
        if (!condition.values().isEmpty()) {
            request.expressionAttributeValues(condition.values());
        }
        Change.send(
                timeout,
                options ->
                        client.deleteItem(request.overrideConfiguration(options).build()));
    }

    void deleteAlways(String lockId) {
        DeleteItemRequest.Builder request =
                DeleteItemRequest.builder().tableName(table).key(key(lockId));
        Change.send(
                timeout,
                options ->
                        client.deleteItem(request.overrideConfiguration(options).build()));
    }

    /** The item, strongly consistent; empty if there is none. */
    Map<String, AttributeValue> get(String lockId) {
        return client.getItem(GetItemRequest.builder()
                        .tableName(table)
                        .key(key(lockId))
                        .consistentRead(true)
                        .overrideConfiguration(S3Requests.within(timeout))
                        .build())
                .item();
    }

    /** All lock items whose ID begins so. Reads the whole table, all pages of it. */
    List<Map<String, AttributeValue>> locks(String beginning) {
        ScanRequest request = ScanRequest.builder()
                .tableName(table)
                .consistentRead(true)
                .filterExpression("begins_with(LockID, :beginning) AND attribute_exists(Info)")
                .expressionAttributeValues(Map.of(":beginning", AttributeValue.fromS(beginning)))
                .overrideConfiguration(S3Requests.within(timeout))
                .build();
        return client.scanPaginator(request).items().stream().toList();
    }

    /** The IDs of all items that begin so, of locks and digests. Reads the whole table, all pages of it. */
    List<String> ids(String beginning) {
        ScanRequest request = ScanRequest.builder()
                .tableName(table)
                .filterExpression("begins_with(LockID, :beginning)")
                .projectionExpression(LockItems.LOCK_ID)
                .expressionAttributeValues(Map.of(":beginning", AttributeValue.fromS(beginning)))
                .overrideConfiguration(S3Requests.within(timeout))
                .build();
        return client.scanPaginator(request).items().stream()
                .flatMap(item -> LockItems.lockId(item).stream())
                .toList();
    }

    void transact(TransactWriteItem... items) {
        TransactWriteItemsRequest.Builder request =
                TransactWriteItemsRequest.builder().transactItems(items);
        Change.send(
                timeout,
                options -> client.transactWriteItems(
                        request.overrideConfiguration(options).build()));
    }

    static Map<String, AttributeValue> key(String lockId) {
        return Map.of(LockItems.LOCK_ID, AttributeValue.fromS(lockId));
    }
}
