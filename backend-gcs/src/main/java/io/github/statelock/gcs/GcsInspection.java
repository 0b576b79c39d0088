package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.BucketInfo.LifecycleRule;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the settings of a bucket mean for the states and locks in it. */
final class GcsInspection {

    private static final String BUCKET = "bucket settings";
    private static final String VERSIONING = "object versioning";
    private static final String RETENTION = "retention";
    private static final String SOFT_DELETE = "soft delete";
    private static final String LIFECYCLE = "lifecycle rules";

    private final GcsObjects objects;

    GcsInspection(GcsObjects objects) {
        this.objects = objects;
    }

    List<Finding> findings() {
        try {
            Optional<BucketInfo> bucket = objects.bucket();
            return bucket.map(found -> of(found, objects.names().folder()))
                    .orElseGet(() -> List.of(Finding.fail(BUCKET, "there is no such bucket")));
        } catch (BackendDeniedException e) {
            return List.of(Finding.notChecked(
                    BUCKET,
                    "needs the permission storage.buckets.get (versioning, retention, soft delete, lifecycle rules)"));
        } catch (StatelockException e) {
            return List.of(Finding.notChecked(BUCKET, String.valueOf(e.getMessage())));
        }
    }

    static List<Finding> of(BucketInfo bucket, String prefix) {
        return List.of(versioning(bucket), retention(bucket), softDelete(bucket), lifecycle(bucket, prefix));
    }

    private static Finding versioning(BucketInfo bucket) {
        return Boolean.TRUE.equals(bucket.versioningEnabled())
                ? Finding.ok(VERSIONING, "on")
                : Finding.warn(
                        VERSIONING,
                        "off: a state that is overwritten or deleted cannot be had back. Turn versioning on");
    }

    private static Finding retention(BucketInfo bucket) {
        Duration period = bucket.getRetentionPeriodDuration();
        if (period != null && !period.isZero()) {
            return Finding.fail(
                    RETENTION,
                    "objects are retained for " + period.toSeconds() + " s"
                            + (Boolean.TRUE.equals(bucket.retentionPolicyIsLocked())
                                    ? ", and the policy is locked"
                                    : "")
                            + ": no lock could be released before. Use a bucket without a retention policy");
        }
        return Boolean.TRUE.equals(bucket.getDefaultEventBasedHold())
                ? Finding.fail(
                        RETENTION,
                        "new objects are under an event-based hold: no lock could be released. Turn the default hold off")
                : Finding.ok(RETENTION, "no retention policy and no default hold");
    }

    private static Finding softDelete(BucketInfo bucket) {
        BucketInfo.SoftDeletePolicy policy = bucket.getSoftDeletePolicy();
        Duration kept = policy == null ? null : policy.getRetentionDuration();
        return kept == null || kept.isZero()
                ? Finding.ok(SOFT_DELETE, "off")
                : Finding.warn(
                        SOFT_DELETE,
                        "deleted objects are kept and billed for " + kept.toHours()
                                + " h, one for each lock that ends. Turn" + " it off where the bucket keeps versions");
    }

    private static Finding lifecycle(BucketInfo bucket, String prefix) {
        List<? extends LifecycleRule> rules =
                bucket.getLifecycleRules() == null ? List.of() : bucket.getLifecycleRules();
        long dangerous = rules.stream()
                .filter(rule ->
                        deletesLive(rule) && mayConcern(rule.getCondition().getMatchesPrefix(), prefix))
                .count();
        return dangerous == 0
                ? Finding.ok(LIFECYCLE, "none deletes live objects")
                : Finding.fail(
                        LIFECYCLE,
                        dangerous
                                + " may delete live objects: locks that are held and states that are current. Let rules"
                                + " delete noncurrent versions only (daysSinceNoncurrentTime)");
    }

    private static boolean deletesLive(LifecycleRule rule) {
        LifecycleRule.LifecycleCondition condition = rule.getCondition();
        boolean oldOnly = Boolean.FALSE.equals(condition.getIsLive())
                || condition.getNumberOfNewerVersions() != null
                || condition.getDaysSinceNoncurrentTime() != null
                || condition.getNoncurrentTimeBeforeOffsetDateTime() != null;
        return LifecycleRule.DeleteLifecycleAction.TYPE.equals(rule.getAction().getActionType()) && !oldOnly;
    }

    private static boolean mayConcern(@Nullable List<String> ruled, String ours) {
        return ruled == null
                || ruled.isEmpty()
                || ruled.stream().anyMatch(prefix -> prefix.startsWith(ours) || ours.startsWith(prefix));
    }

    /** Removes all versions of the key's state and lock. */
    List<String> purge(StateKey key) {
        List<String> left = new ArrayList<>();
        for (String name : Set.of(objects.names().state(key), objects.names().lock(key))) {
            try {
                objects.versions(name).forEach(version -> remove(version, left));
            } catch (StatelockException e) {
                left.add("old versions of " + objects.names().uri(name) + ", if there are any: " + e.getMessage());
            }
        }
        return left;
    }

    private void remove(BlobInfo version, List<String> left) {
        String what = "the generation " + version.getGeneration() + " of "
                + objects.names().uri(version.getName());
        try {
            if (objects.deleteGeneration(version.getName(), version.getGeneration())
                    instanceof Answer.Unknown<?> unknown) {
                left.add(what + ", perhaps: " + unknown.cause());
            }
        } catch (StatelockException e) {
            left.add(what + ": " + e.getMessage());
        }
    }
}
