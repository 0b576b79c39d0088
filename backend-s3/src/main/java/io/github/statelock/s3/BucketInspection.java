package io.github.statelock.s3;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.ExpirationStatus;
import software.amazon.awssdk.services.s3.model.LifecycleRule;
import software.amazon.awssdk.services.s3.model.LifecycleRuleFilter;
import software.amazon.awssdk.services.s3.model.ObjectLockConfiguration;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ReplicationRule;
import software.amazon.awssdk.services.s3.model.ReplicationRuleStatus;

/** What the settings of a bucket mean for the states and locks in it. */
final class BucketInspection {

    private static final String VERSIONING = "bucket versioning";
    private static final String OBJECT_LOCK = "object lock";
    private static final String LIFECYCLE = "lifecycle rules";
    private static final String REPLICATION = "replication";

    private final S3Requests s3;
    private final Layout layout;
    private final boolean lockFiles;
    private final Duration timeout;

    /**
     * An inspection of the bucket.
     *
     * @param lockFiles whether locks are kept in it
     */
    BucketInspection(S3Requests s3, Layout layout, boolean lockFiles, Duration timeout) {
        this.s3 = s3;
        this.layout = layout;
        this.lockFiles = lockFiles;
        this.timeout = timeout;
    }

    List<Finding> findings() {
        var once = S3Requests.within(timeout);
        String bucket = s3.bucket();
        return List.of(
                look(
                        VERSIONING,
                        "s3:GetBucketVersioning",
                        versioning(null),
                        () -> versioning(s3.client()
                                .getBucketVersioning(r -> r.bucket(bucket).overrideConfiguration(once))
                                .status())),
                look(
                        OBJECT_LOCK,
                        "s3:GetBucketObjectLockConfiguration",
                        objectLock(null),
                        () -> objectLock(s3.client()
                                .getObjectLockConfiguration(
                                        r -> r.bucket(bucket).overrideConfiguration(once))
                                .objectLockConfiguration())),
                look(
                        LIFECYCLE,
                        "s3:GetLifecycleConfiguration",
                        lifecycle(List.of()),
                        () -> lifecycle(s3.client()
                                .getBucketLifecycleConfiguration(
                                        r -> r.bucket(bucket).overrideConfiguration(once))
                                .rules())),
                look(
                        REPLICATION,
                        "s3:GetReplicationConfiguration",
                        replicated(List.of()),
                        () -> replicated(s3.client()
                                .getBucketReplication(r -> r.bucket(bucket).overrideConfiguration(once))
                                .replicationConfiguration()
                                .rules())));
    }

    private Finding look(String name, String permission, Finding ifNotSet, Supplier<Finding> request) {
        try {
            return request.get();
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return ifNotSet; // the service's way to say that there is no such setting
            }
            return notChecked(name, permission, e, "s3://" + s3.bucket());
        }
    }

    static Finding notChecked(String name, String permission, RuntimeException e, String place) {
        StatelockException meaning = S3Errors.ofRead(e, permission, place);
        return Finding.notChecked(
                name,
                meaning instanceof BackendDeniedException
                        ? "needs the permission " + permission
                        : String.valueOf(meaning.getMessage()));
    }

    static Finding versioning(@Nullable BucketVersioningStatus status) {
        return status == BucketVersioningStatus.ENABLED
                ? Finding.ok(VERSIONING, "on")
                : Finding.warn(
                        VERSIONING,
                        "off: a state that is overwritten or deleted cannot be had back. Turn versioning on");
    }

    private Finding objectLock(@Nullable ObjectLockConfiguration lock) {
        return objectLock(lock, lockFiles);
    }

    static Finding objectLock(@Nullable ObjectLockConfiguration lock, boolean lockFiles) {
        if (lock == null || lock.objectLockEnabled() != ObjectLockEnabled.ENABLED) {
            return Finding.ok(OBJECT_LOCK, "off");
        }
        boolean retains = lock.rule() != null && lock.rule().defaultRetention() != null;
        if (!retains) {
            return Finding.warn(
                    OBJECT_LOCK,
                    "on, without default retention: never put a hold on a lock file or on the current state");
        }
        String what = "on, with a default retention ("
                + lock.rule().defaultRetention().modeAsString() + "): ";
        return lockFiles
                ? Finding.fail(
                        OBJECT_LOCK,
                        what
                                + "every renewal and release of a lock file leaves a version that cannot be removed. Keep the"
                                + " locks in a DynamoDB table, or the states in a bucket without it")
                : Finding.warn(OBJECT_LOCK, what + "old states stay as long as it says, deleted ones too");
    }

    private Finding lifecycle(List<LifecycleRule> rules) {
        return lifecycle(rules, layout.prefix());
    }

    static Finding lifecycle(List<LifecycleRule> rules, String prefix) {
        List<String> dangerous = rules.stream()
                .filter(rule -> rule.status() == ExpirationStatus.ENABLED && expiresCurrent(rule))
                .filter(rule -> mayConcern(prefixOf(rule), prefix))
                .map(rule -> "\"" + rule.id() + "\"")
                .toList();
        return dangerous.isEmpty()
                ? Finding.ok(LIFECYCLE, "none deletes current objects here")
                : Finding.fail(
                        LIFECYCLE,
                        "current objects are deleted by age, states and locks that are held among them, by the rule "
                                + String.join(", ", dangerous) + ". Let rules delete noncurrent versions only");
    }

    private static boolean expiresCurrent(LifecycleRule rule) {
        return rule.expiration() != null
                && (rule.expiration().days() != null || rule.expiration().date() != null);
    }

    @SuppressWarnings("deprecation") // old rules have it
    private static String prefixOf(LifecycleRule rule) {
        if (rule.prefix() != null) {
            return rule.prefix();
        }
        LifecycleRuleFilter filter = rule.filter();
        if (filter == null) {
            return "";
        }
        String inAnd = filter.and() == null ? null : filter.and().prefix();
        return Optional.ofNullable(filter.prefix())
                .or(() -> Optional.ofNullable(inAnd))
                .orElse("");
    }

    private static boolean mayConcern(String ruled, String ours) {
        return ours.startsWith(ruled) || ruled.startsWith(ours);
    }

    static Finding replicated(List<ReplicationRule> rules) {
        long active = rules.stream()
                .filter(rule -> rule.status() == ReplicationRuleStatus.ENABLED)
                .count();
        return active == 0
                ? Finding.ok(REPLICATION, "off")
                : Finding.warn(
                        REPLICATION,
                        "on (" + active
                                + " rules): each bucket checks conditions for itself. Lock and write through this"
                                + " one only, and through no Multi-Region Access Point");
    }

    /** Removes all versions of the key's state and lock file. */
    List<String> purge(StateKey key) {
        String state = layout.stateObject(key);
        return S3Versions.purge(s3, state, List.of(state, layout.lockObject(key)), timeout);
    }
}
