package io.github.statelock.s3;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** The two hashes of S3's world. MD5 is what Terraform's digest items hold; nothing here relies on it against an attacker. */
final class Hashes {

    private Hashes() {}

    static byte[] md5(byte[] bytes) {
        return digest("MD5", bytes);
    }

    /** As Terraform writes it: lower-case hex. */
    static String md5Hex(byte[] bytes) {
        return HexFormat.of().formatHex(md5(bytes));
    }

    /** As S3's checksum header has it. */
    static String sha256Base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(digest("SHA-256", bytes));
    }

    /** Enough of a hash to tell two records apart, short enough to type. */
    static String fingerprint(String text) {
        byte[] hash = digest("SHA-256", text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hash, 0, 16);
    }

    private static byte[] digest(String algorithm, byte[] bytes) {
        try {
            return MessageDigest.getInstance(algorithm).digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has " + algorithm, e);
        }
    }
}
