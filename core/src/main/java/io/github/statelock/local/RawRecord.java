package io.github.statelock.local;

import io.github.statelock.terraform.LockInfoCodec;
import java.security.MessageDigest;

/**
 * A record's bytes, at most one more than the limit, and its full length.
 *
 * @param bytes the beginning of the record
 * @param length the length of all of it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record RawRecord(byte[] bytes, long length) {

    /** The longest record that is looked into. One byte more is read, so that a longer one is told from its beginning. */
    static final int MAX_BYTES = LockInfoCodec.MAX_READ_BYTES;

    static RawRecord of(byte[] bytes) {
        return new RawRecord(bytes, bytes.length);
    }

    /** A name for exactly these bytes, for a record that tells no other. */
    String fingerprint() {
        MessageDigest digest = Hashes.sha256();
        digest.update(bytes);
        return "sha256:" + Hashes.hex(digest.digest()) + ":" + length;
    }
}
