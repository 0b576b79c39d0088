package io.github.statelock.azure;

import com.azure.storage.blob.models.BlobItem;
import io.github.statelock.InvalidKeyException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import java.util.Map;
import java.util.Optional;

/**
 * One line of a listing.
 *
 * @param name the blob's name after the backend's prefix
 * @param item what the service says of it
 */
record ListedBlob(String name, BlobItem item) {

    /** The key of that name; empty for a blob that is none of ours. */
    Optional<StateKey> key() {
        try {
            return Optional.of(StateKey.of(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** What the name breaks as a key; empty for keys, and for our own names. */
    Optional<StateStore.LeftOut> leftOut() {
        try {
            StateKey.of(name);
            return Optional.empty();
        } catch (InvalidKeyException e) {
            return Optional.of(new StateStore.LeftOut(name, String.valueOf(e.getMessage())));
        }
    }

    long length() {
        Long length = item.getProperties().getContentLength();
        return length == null ? 0 : length;
    }

    SeenBlob seen() {
        Map<String, String> metadata = item.getMetadata() == null ? Map.of() : item.getMetadata();
        var properties = item.getProperties();
        return new SeenBlob(
                new BlobHead(
                        Blobs.quoted(properties.getETag()), metadata, length(), Md5.hex(properties.getContentMd5())),
                Lease.of(properties.getLeaseState(), properties.getLeaseDuration()));
    }
}
