package io.github.statelock.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.MultiRegionConsistency;
import software.amazon.awssdk.services.dynamodb.model.ReplicaDescription;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** What a lock table's settings mean. */
@Tag("real-time")
class TableInspectionTest {

    private static final DynamoDbClient CLIENT = S3TestStore.shared().dynamoDb;

    private final String name = "inspection-" + UUID.randomUUID();

    private Map<String, Status> findings() {
        TableRequests requests = new TableRequests(CLIENT, name, Duration.ofSeconds(10));
        Layout layout = Layout.of("bucket", "", Optional.empty(), "env:").withItems();
        S3Requests s3 = new S3Requests(S3TestStore.shared().s3, "bucket", S3Encryption.bucketDefault());
        NameInspection names = new NameInspection(requests, s3, layout, Duration.ofSeconds(10));
        return new TableInspection(requests, names, Duration.ofSeconds(10))
                .findings().stream().collect(Collectors.toMap(Finding::name, Finding::status));
    }

    @Test
    void aTableAsItShouldBe() {
        LockTable.create(CLIENT, name);
        assertThat(findings())
                .isEqualTo(Map.of(
                        "lock table", Status.OK,
                        "global table", Status.OK,
                        "table time to live", Status.OK,
                        "names of locks", Status.OK));
    }

    @Test
    void aTableWithAnotherKeyFails() {
        CLIENT.createTable(r -> r.tableName(name)
                .keySchema(KeySchemaElement.builder()
                        .attributeName("ID")
                        .keyType(KeyType.HASH)
                        .build())
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("ID")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST));
        assertThat(findings()).containsEntry("lock table", Status.FAIL);
    }

    @Test
    void aTableThatIsNotThereFails() {
        assertThat(findings()).isEqualTo(Map.of("lock table", Status.FAIL));
    }

    @Test
    void aTimeToLiveOnAnAttributeOfLocksFailsAndAnotherIsAWarning() {
        LockTable.create(CLIENT, name);
        CLIENT.updateTimeToLive(r -> r.tableName(name)
                .timeToLiveSpecification(t -> t.attributeName("Expires").enabled(true)));
        assertThat(findings()).containsEntry("table time to live", Status.WARN);
        TimeToLiveDescription ours = TimeToLiveDescription.builder()
                .timeToLiveStatus(TimeToLiveStatus.ENABLED)
                .attributeName("Beat")
                .build();
        assertThat(TableInspection.timeToLive(ours).status()).isEqualTo(Status.FAIL);
    }

    /** DynamoDB Local has no replicas. */
    @Test
    void replicasThatFollowLaterFailAndStronglyConsistentOnesDoNot() {
        TableDescription later = TableDescription.builder()
                .replicas(ReplicaDescription.builder().regionName("eu-west-1").build())
                .build();
        assertThat(global(later)).satisfies(finding -> {
            assertThat(finding.status()).isEqualTo(Status.FAIL);
            assertThat(finding.detail()).contains("eu-west-1");
        });
        assertThat(global(later.toBuilder()
                                .multiRegionConsistency(MultiRegionConsistency.STRONG)
                                .build())
                        .status())
                .isEqualTo(Status.OK);
        assertThat(global(TableDescription.builder().build()).status()).isEqualTo(Status.OK);
    }

    private static Finding global(TableDescription table) {
        List<Finding> found = TableInspection.table(table);
        return found.stream()
                .filter(finding -> finding.name().equals("global table"))
                .findFirst()
                .orElseThrow();
    }
}
