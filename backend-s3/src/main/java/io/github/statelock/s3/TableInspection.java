package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.MultiRegionConsistency;
import software.amazon.awssdk.services.dynamodb.model.ReplicaDescription;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveDescription;
import software.amazon.awssdk.services.dynamodb.model.TimeToLiveStatus;

/** What the settings of a lock table mean for the locks in it. */
final class TableInspection {

    private static final String TABLE = "lock table";
    private static final String REPLICAS = "global table";
    private static final String TTL = "table time to live";

    /** The attributes of our items: a time to live on one of them would delete locks. */
    private static final Set<String> OURS =
            Set.of(LockItems.LOCK_ID, LockItems.INFO, LockItems.HOLDER, LockItems.BEAT, LockItems.LEASE);

    private final TableRequests table;
    private final NameInspection names;
    private final Duration timeout;

    TableInspection(TableRequests table, NameInspection names, Duration timeout) {
        this.table = table;
        this.names = names;
        this.timeout = timeout;
    }

    List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        var once = S3Requests.within(timeout);
        try {
            found.addAll(table(table.client()
                    .describeTable(r -> r.tableName(table.table()).overrideConfiguration(once))
                    .table()));
        } catch (RuntimeException e) {
            found.add(
                    S3Errors.ofRead(e, "dynamodb:DescribeTable", table.place())
                                    instanceof BackendMisconfiguredException wrong
                            ? Finding.fail(TABLE, String.valueOf(wrong.getMessage()))
                            : BucketInspection.notChecked(TABLE, "dynamodb:DescribeTable", e, table.place()));
            return found;
        }
        try {
            found.add(timeToLive(table.client()
                    .describeTimeToLive(r -> r.tableName(table.table()).overrideConfiguration(once))
                    .timeToLiveDescription()));
        } catch (RuntimeException e) {
            found.add(BucketInspection.notChecked(TTL, "dynamodb:DescribeTimeToLive", e, table.place()));
        }
        found.add(names.finding());
        return found;
    }

    static List<Finding> table(TableDescription table) {
        return List.of(schema(table), replicas(table));
    }

    private static Finding schema(TableDescription table) {
        if (!LockTable.hasRightKey(table)) {
            return Finding.fail(TABLE, "another key than the partition key LockID of type S alone: use another table");
        }
        return table.tableStatus() == TableStatus.ACTIVE || table.tableStatus() == TableStatus.UPDATING
                ? Finding.ok(TABLE, "partition key LockID, " + table.tableStatusAsString())
                : Finding.fail(TABLE, "its status is " + table.tableStatusAsString());
    }

    private static Finding replicas(TableDescription table) {
        if (table.replicas().isEmpty()) {
            return Finding.ok(REPLICAS, "no: the table is in one region");
        }
        String regions = String.join(
                ", ",
                table.replicas().stream().map(ReplicaDescription::regionName).toList());
        return table.multiRegionConsistency() == MultiRegionConsistency.STRONG
                ? Finding.ok(REPLICAS, "replicas in " + regions + ", strongly consistent")
                : Finding.fail(
                        REPLICAS,
                        "replicas in " + regions
                                + " that follow later: each region decides a condition for itself, and two"
                                + " of them give one lock to two holders. Use a table of one region");
    }

    static Finding timeToLive(TimeToLiveDescription ttl) {
        boolean on = ttl != null
                && (ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLED
                        || ttl.timeToLiveStatus() == TimeToLiveStatus.ENABLING);
        if (!on) {
            return Finding.ok(TTL, "off");
        }
        String attribute = ttl.attributeName();
        return OURS.contains(attribute)
                ? Finding.fail(
                        TTL, "on, by " + attribute + ", which locks have: it deletes locks that are held. Turn it off")
                : Finding.warn(
                        TTL, "on, by " + attribute + ", which locks do not have. Turn it off in a table for locks");
    }
}
