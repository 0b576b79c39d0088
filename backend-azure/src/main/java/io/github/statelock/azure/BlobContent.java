package io.github.statelock.azure;

import java.util.Map;
import java.util.Optional;

/**
 * A blob with its content.
 *
 * @param etag the ETag, in quotes
 * @param metadata all metadata
 * @param bytes the content
 * @param storedMd5 what the service says the content's MD5 is, in hex; empty where nobody stored one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, handed on without a copy
record BlobContent(String etag, Map<String, String> metadata, byte[] bytes, Optional<String> storedMd5) {

    /** The blob without its content, with the MD5 of what was read. */
    BlobHead head() {
        return new BlobHead(etag, metadata, bytes.length, Md5.hex(Md5.of(bytes)));
    }
}
