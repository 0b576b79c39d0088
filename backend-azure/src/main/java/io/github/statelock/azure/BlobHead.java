package io.github.statelock.azure;

import io.github.statelock.StateVersion;
import java.util.Map;
import java.util.Optional;

/**
 * A blob as one answer showed it, without its content. Correct as long as the blob has that ETag: metadata and content change
 * it, leases do not.
 *
 * @param etag the ETag, in quotes
 * @param metadata all metadata, names in any case
 * @param length the content's length; no bytes are no state
 * @param md5 the content's MD5 in lower-case hex, where the service or a read told it
 */
record BlobHead(String etag, Map<String, String> metadata, long length, Optional<String> md5) {

    boolean isEmpty() {
        return length == 0;
    }

    /** The same content with other metadata. */
    BlobHead with(String newEtag, Map<String, String> newMetadata) {
        return new BlobHead(newEtag, newMetadata, length, md5);
    }

    /** Whether {@link #version()} can be told: the service stores no MD5 with a blob that was uploaded in blocks. */
    boolean isVersionKnown() {
        return isEmpty() || md5.isPresent();
    }

    /**
     * The state's version: its content and, where a write of ours made it, which. Locks change the metadata and with it the
     * ETag, so the ETag alone would make a lock look like a write.
     */
    Optional<StateVersion> version() {
        return isEmpty() ? Optional.empty() : md5.map(hash -> version(hash, BlobMetadata.writeId(metadata)));
    }

    static StateVersion version(String md5, Optional<String> writeId) {
        return new StateVersion(md5 + writeId.map(id -> "-" + id).orElse(""));
    }
}
