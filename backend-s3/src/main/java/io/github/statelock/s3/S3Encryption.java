package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/**
 * How S3 encrypts states and lock files. Its headers go with every write of theirs and, for a customer's key, with every
 * read.
 *
 * <p>Immutable and safe for use by several threads. {@link #toString()} never shows a key.
 */
public final class S3Encryption {

    private static final String CUSTOMER_ALGORITHM = "AES256";
    private static final int CUSTOMER_KEY_BYTES = 32;

    private final Optional<ServerSideEncryption> serverSide;
    private final Optional<String> kmsKeyId;
    private final @Nullable CustomerKey customerKey;

    private record CustomerKey(String base64, String md5) {}

    private S3Encryption(
            @Nullable ServerSideEncryption serverSide, @Nullable String kmsKeyId, @Nullable CustomerKey customerKey) {
        this.serverSide = Optional.ofNullable(serverSide);
        this.kmsKeyId = Optional.ofNullable(kmsKeyId);
        this.customerKey = customerKey;
    }

    /**
     * Whatever the bucket does by default.
     *
     * @return the encryption
     */
    public static S3Encryption bucketDefault() {
        return new S3Encryption(null, null, null);
    }

    /**
     * With a key that S3 keeps (SSE-S3, AES-256).
     *
     * @return the encryption
     */
    public static S3Encryption sseS3() {
        return new S3Encryption(ServerSideEncryption.AES256, null, null);
    }

    /**
     * With the account's default KMS key for S3 (SSE-KMS).
     *
     * @return the encryption
     */
    public static S3Encryption sseKms() {
        return new S3Encryption(ServerSideEncryption.AWS_KMS, null, null);
    }

    /**
     * With a KMS key (SSE-KMS).
     *
     * @param keyId the key's ID, ARN or alias
     * @return the encryption
     */
    public static S3Encryption sseKms(String keyId) {
        if (keyId.isBlank()) {
            throw new BackendMisconfiguredException("The ID of the KMS key is empty.", null);
        }
        return new S3Encryption(ServerSideEncryption.AWS_KMS, keyId, null);
    }

    /**
     * With a key that the caller keeps and S3 forgets after each request (SSE-C). Who loses the key loses the states.
     *
     * @param key 32 bytes
     * @return the encryption
     */
    public static S3Encryption sseC(byte[] key) {
        if (key.length != CUSTOMER_KEY_BYTES) {
            throw new BackendMisconfiguredException(
                    "A customer's encryption key has " + CUSTOMER_KEY_BYTES + " bytes, got " + key.length + ".", null);
        }
        Base64.Encoder base64 = Base64.getEncoder();
        return new S3Encryption(
                null, null, new CustomerKey(base64.encodeToString(key), base64.encodeToString(Hashes.md5(key))));
    }

    void applyTo(PutObjectRequest.Builder request) {
        serverSide.ifPresent(request::serverSideEncryption);
        kmsKeyId.ifPresent(request::ssekmsKeyId);
        if (customerKey != null) {
            request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                    .sseCustomerKey(customerKey.base64())
                    .sseCustomerKeyMD5(customerKey.md5());
        }
    }

    void applyTo(GetObjectRequest.Builder request) {
        if (customerKey != null) {
            request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                    .sseCustomerKey(customerKey.base64())
                    .sseCustomerKeyMD5(customerKey.md5());
        }
    }

    void applyTo(HeadObjectRequest.Builder request) {
        if (customerKey != null) {
            request.sseCustomerAlgorithm(CUSTOMER_ALGORITHM)
                    .sseCustomerKey(customerKey.base64())
                    .sseCustomerKeyMD5(customerKey.md5());
        }
    }

    @Override
    public String toString() {
        String name = customerKey != null
                ? "SSE-C"
                : serverSide.map(ServerSideEncryption::toString).orElse("bucket default");
        return "S3Encryption[" + name + kmsKeyId.map(id -> ", key " + id).orElse("") + "]";
    }
}
