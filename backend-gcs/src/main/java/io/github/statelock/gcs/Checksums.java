package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** The checksums that the service keeps with an object. */
final class Checksums {

    private Checksums() {}

    /** Whether the content is what the service stored. One of the checksums is enough; composite objects have no MD5. */
    static boolean match(BlobInfo object, byte[] content) {
        @Nullable String crc32c = object.getCrc32c();
        if (crc32c != null) {
            return crc32c.equals(crc32c(content));
        }
        @Nullable String md5 = object.getMd5();
        return md5 == null || md5.equals(md5(content));
    }

    /** Whether there are checksums, and they are those of no bytes. */
    static boolean areOfNothing(BlobInfo object) {
        return (object.getCrc32c() != null || object.getMd5() != null) && match(object, new byte[0]);
    }

    static String crc32c(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        byte[] bigEndian =
                ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
        return Base64.getEncoder().encodeToString(bigEndian);
    }

    static String md5(byte[] content) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("MD5").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
