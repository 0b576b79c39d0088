package io.github.statelock.azure;

import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobRetentionPolicy;
import com.azure.storage.blob.models.BlobServiceProperties;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.StateKey;
import io.github.statelock.spi.Inspectable.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What the settings of a container and its account mean for the states and locks in it. */
final class AzureInspection {

    private static final String IMMUTABILITY = "immutability";
    private static final String SOFT_DELETE = "soft delete";

    private final Blobs blobs;

    AzureInspection(Blobs blobs) {
        this.blobs = blobs;
    }

    List<Finding> findings() {
        return List.of(
                look(
                        IMMUTABILITY,
                        "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                        () -> immutability(
                                blobs.containerProperties().hasImmutabilityPolicy(),
                                blobs.containerProperties().hasLegalHold())),
                look(
                        SOFT_DELETE,
                        "Microsoft.Storage/storageAccounts/blobServices/read",
                        () -> softDelete(blobs.accountProperties())));
    }

    private static Finding look(String name, String permission, Supplier<Finding> request) {
        try {
            return request.get();
        } catch (BlobFailure e) {
            return Finding.notChecked(
                    name,
                    e.refusal() instanceof BackendDeniedException
                            ? "needs the permission " + permission
                            : String.valueOf(e.refusal().getMessage()));
        }
    }

    static Finding immutability(boolean policy, boolean legalHold) {
        if (policy || legalHold) {
            return Finding.fail(
                    IMMUTABILITY,
                    "the container has " + (policy ? "an immutability policy" : "a legal hold")
                            + ": states and their locks must change. Use a container without one");
        }
        return Finding.ok(IMMUTABILITY, "no immutability policy and no legal hold");
    }

    static Finding softDelete(BlobServiceProperties account) {
        BlobRetentionPolicy policy = account.getDeleteRetentionPolicy();
        return policy == null || !policy.isEnabled()
                ? Finding.warn(
                        SOFT_DELETE,
                        "off: a state that is deleted cannot be had back, unless the account keeps versions")
                : Finding.ok(SOFT_DELETE, "deleted and overwritten blobs are kept for " + policy.getDays() + " days");
    }

    /** Removes the key's blob with its snapshots, and all versions of it. */
    List<String> purge(StateKey key) {
        List<String> left = new ArrayList<>();
        BlobListDetails details =
                new BlobListDetails().setRetrieveSnapshots(true).setRetrieveVersions(true);
        try {
            blobs.deleteWithSnapshots(key);
            for (ListedBlob blob : blobs.list(key.value(), details, item -> item.getVersionId() != null)) {
                if (blob.name().equals(key.value())) {
                    remove(key, blob.item().getVersionId(), left);
                }
            }
        } catch (BlobFailure e) {
            left.add("the blob " + blobs.path(key) + " or old versions of it, if there are any: "
                    + e.refusal().getMessage());
        }
        return left;
    }

    private void remove(StateKey key, String version, List<String> left) {
        try {
            blobs.deleteVersion(key, version);
        } catch (BlobFailure e) {
            left.add("the version " + version + " of " + blobs.path(key) + ": "
                    + e.refusal().getMessage());
        }
    }
}
