package io.github.statelock.gcs;

import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import io.github.statelock.BackendMisconfiguredException;
import java.util.Base64;
import java.util.Optional;

/**
 * How states are encrypted beyond what the bucket does. Locks and fences never are, as in Terraform.
 *
 * @param customerKey the caller's own key in base64, needed for reads too
 * @param kmsKeyName a key of Cloud KMS, by its resource name
 */
record StateEncryption(Optional<String> customerKey, Optional<String> kmsKeyName) {

    static final StateEncryption NONE = new StateEncryption(Optional.empty(), Optional.empty());

    StateEncryption {
        if (customerKey.isPresent() && kmsKeyName.isPresent()) {
            throw new BackendMisconfiguredException(
                    "A state has either a customer-supplied key or a key of Cloud KMS, not both.", null);
        }
        customerKey.ifPresent(StateEncryption::requireKey);
    }

    private static void requireKey(String base64) {
        int bytes;
        try {
            bytes = Base64.getDecoder().decode(base64).length;
        } catch (IllegalArgumentException e) {
            bytes = -1; // without the exception, whose message may quote the key
        }
        if (bytes != 32) {
            throw new BackendMisconfiguredException("The encryption key is not 32 bytes in base64.", null);
        }
    }

    /** Not the generated text, which would show the key. */
    @Override
    public String toString() {
        return "StateEncryption[customerKey=" + (customerKey.isPresent() ? "set" : "none") + ", kmsKeyName="
                + kmsKeyName + "]";
    }

    BlobTargetOption[] forWrite() {
        return customerKey
                .map(BlobTargetOption::encryptionKey)
                .or(() -> kmsKeyName.map(BlobTargetOption::kmsKeyName))
                .stream()
                .toArray(BlobTargetOption[]::new);
    }

    BlobSourceOption[] forRead() {
        return customerKey.map(BlobSourceOption::decryptionKey).stream().toArray(BlobSourceOption[]::new);
    }

    /** With the key the service shows the checksums too. */
    Optional<BlobGetOption> forMetadata() {
        return customerKey.map(BlobGetOption::decryptionKey);
    }
}
