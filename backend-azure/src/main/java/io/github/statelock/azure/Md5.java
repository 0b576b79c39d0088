package io.github.statelock.azure;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** MD5, which the service keeps with every blob: against damage on the way, not against anybody's intent. */
final class Md5 {

    private Md5() {}

    static byte[] of(byte[] content) {
        try {
            return MessageDigest.getInstance("MD5").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has MD5", e);
        }
    }

    static Optional<String> hex(byte @Nullable [] md5) {
        return Optional.ofNullable(md5).filter(bytes -> bytes.length > 0).map(HexFormat.of()::formatHex);
    }
}
