package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoverySpecification;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.waiters.DynamoDbWaiter;

/**
 * Makes the DynamoDB table that locks are kept in: partition key {@code LockID} of type S, billed on demand, without deletion
 * protection. Terraform and OpenTofu take the same table. Has no state and is safe for use by several threads.
 */
public final class LockTable {

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private LockTable() {}

    /**
     * Makes the table and waits until it is active. A table of that name with the right key is taken as it is.
     *
     * @param client the client
     * @param name the table's name
     * @throws BackendMisconfiguredException if there is a table of that name with another key
     * @throws BackendUnavailableException if the table is not active within 5 minutes
     */
    public static void create(DynamoDbClient client, String name) {
        create(client, name, false);
    }

    /**
     * Makes the table and waits until it is active. A table of that name with the right key is taken as it is, besides its
     * point-in-time recovery.
     *
     * @param client the client
     * @param name the table's name
     * @param pointInTimeRecovery whether the table can be restored to any second of the last 35 days. What is in it is of no
     *     use after a restore: locks and digests are those of that second
     * @throws BackendMisconfiguredException if there is a table of that name with another key
     * @throws BackendUnavailableException if the table is not active within 5 minutes
     */
    public static void create(DynamoDbClient client, String name, boolean pointInTimeRecovery) {
        Objects.requireNonNull(name, "name");
        String place = "the DynamoDB table " + name;
        try {
            client.createTable(table(name));
        } catch (ResourceInUseException e) {
            requireKey(client, name);
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:CreateTable", place);
        }
        awaitActive(client, name);
        if (pointInTimeRecovery) {
            try {
                client.updateContinuousBackups(recovery(name));
            } catch (RuntimeException e) {
                throw S3Errors.ofRead(e, "dynamodb:UpdateContinuousBackups", place);
            }
        }
    }

    private static CreateTableRequest table(String name) {
        return CreateTableRequest.builder()
                .tableName(name)
                .keySchema(KeySchemaElement.builder()
                        .attributeName(LockItems.LOCK_ID)
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName(LockItems.LOCK_ID)
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .deletionProtectionEnabled(false)
                .build();
    }

    private static UpdateContinuousBackupsRequest recovery(String name) {
        return UpdateContinuousBackupsRequest.builder()
                .tableName(name)
                .pointInTimeRecoverySpecification(PointInTimeRecoverySpecification.builder()
                        .pointInTimeRecoveryEnabled(true)
                        .build())
                .build();
    }

    private static void requireKey(DynamoDbClient client, String name) {
        TableDescription table;
        try {
            table = client.describeTable(
                            DescribeTableRequest.builder().tableName(name).build())
                    .table();
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:DescribeTable", "the DynamoDB table " + name);
        }
        if (!hasRightKey(table)) {
            throw new BackendMisconfiguredException(
                    "The DynamoDB table " + name + " has another key than LockID of type S: use another table.", null);
        }
    }

    /** Whether locks can be kept in it: its key is LockID, a text, alone. */
    static boolean hasRightKey(TableDescription table) {
        List<KeySchemaElement> key = table.keySchema();
        return key.size() == 1
                && key.get(0).attributeName().equals(LockItems.LOCK_ID)
                && table.attributeDefinitions().stream()
                        .anyMatch(attribute -> attribute.attributeName().equals(LockItems.LOCK_ID)
                                && attribute.attributeType() == ScalarAttributeType.S);
    }

    private static void awaitActive(DynamoDbClient client, String name) {
        try (DynamoDbWaiter waiter = DynamoDbWaiter.builder()
                .client(client)
                .overrideConfiguration(wait -> wait.waitTimeout(LONGEST_WAIT).maxAttempts(1000))
                .build()) {
            waiter.waitUntilTableExists(
                    DescribeTableRequest.builder().tableName(name).build());
        } catch (RuntimeException e) {
            StatelockException known = S3Errors.ofRead(e, "dynamodb:DescribeTable", "the DynamoDB table " + name);
            throw known;
        }
    }
}
