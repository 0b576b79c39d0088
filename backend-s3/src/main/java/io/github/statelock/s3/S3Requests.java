package io.github.statelock.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** The requests on objects. One request each, changes sent once; errors are the SDK's. Safe for use by several threads. */
final class S3Requests {

    /**
     * An object.
     *
     * @param etag its ETag without quotes
     * @param bytes its content; cut where it is oversized
     * @param oversized whether it is longer than was asked for
     * @param metadata its metadata
     * @param sha256 the store's own SHA-256 of it, in base64; empty where it has none of the whole object
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    record Fetched(
            String etag, byte[] bytes, boolean oversized, Map<String, String> metadata, Optional<String> sha256) {}

    /** What must be stored for a write to be applied. */
    sealed interface If {
        /** Nothing. */
        record Absent() implements If {}

        /** That version. */
        record Matches(String etag) implements If {}

        /** Anything. */
        record Always() implements If {}
    }

    private final S3Client client;
    private final String bucket;
    private final S3Encryption encryption;

    S3Requests(S3Client client, String bucket, S3Encryption encryption) {
        this.client = client;
        this.bucket = bucket;
        this.encryption = encryption;
    }

    S3Client client() {
        return client;
    }

    String bucket() {
        return bucket;
    }

    String url(String object) {
        return "s3://" + bucket + "/" + object;
    }

    /** Writes an object with its SHA-256, and gives its ETag. */
    String put(String object, byte[] content, If condition, Map<String, String> metadata, Duration timeout) {
        PutObjectRequest.Builder request = PutObjectRequest.builder()
                .bucket(bucket)
                .key(object)
                .contentType("application/json")
                .checksumSHA256(Hashes.sha256Base64(content))
                .metadata(metadata);
        if (condition instanceof If.Absent) {
            request.ifNoneMatch("*");
        } else if (condition instanceof If.Matches matches) {
            request.ifMatch(quoted(matches.etag()));
        }
        encryption.applyTo(request);
        RequestBody body = RequestBody.fromBytes(content);
        return Change.send(
                timeout,
                options -> unquoted(
                        client.putObject(request.overrideConfiguration(options).build(), body)
                                .eTag()));
    }

    /** Reads an object, at most that many bytes of it. */
    Fetched get(String object, Optional<String> versionId, int most, Duration timeout) {
        GetObjectRequest.Builder request = GetObjectRequest.builder()
                .bucket(bucket)
                .key(object)
                .checksumMode(ChecksumMode.ENABLED)
                .overrideConfiguration(within(timeout));
        versionId.ifPresent(request::versionId);
        encryption.applyTo(request);
        return client.getObject(request.build(), reader(most));
    }

    private static ResponseTransformer<GetObjectResponse, Fetched> reader(int most) {
        return (response, stream) -> {
            long length = Objects.requireNonNullElse(response.contentLength(), -1L);
            byte[] bytes = length >= 0 && length <= most ? exactly(stream, (int) length) : stream.readNBytes(most + 1);
            boolean oversized = bytes.length > most;
            if (oversized) {
                stream.abort(); // the rest is not worth its transfer
            }
            return new Fetched(
                    unquoted(response.eTag()),
                    bytes,
                    oversized,
                    response.metadata(),
                    Optional.ofNullable(response.checksumSHA256()).filter(sum -> !sum.contains("-")));
        };
    }

    /** Reads without the second copy that a stream of unknown length costs. */
    private static byte[] exactly(InputStream stream, int length) throws IOException {
        byte[] bytes = new byte[length];
        if (stream.readNBytes(bytes, 0, length) < length || stream.read() >= 0) {
            throw new EOFException("the object is not as long as its header says");
        }
        return bytes;
    }

    /** The object's length in bytes and ETag, as {@link Fetched} without content would have it. */
    record Head(String etag, long length) {}

    Head head(String object, Duration timeout) {
        HeadObjectRequest.Builder request =
                HeadObjectRequest.builder().bucket(bucket).key(object).overrideConfiguration(within(timeout));
        encryption.applyTo(request);
        var response = client.headObject(request.build());
        return new Head(unquoted(response.eTag()), response.contentLength());
    }

    void delete(String object, If condition, Duration timeout) {
        DeleteObjectRequest.Builder request =
                DeleteObjectRequest.builder().bucket(bucket).key(object);
        if (condition instanceof If.Matches matches) {
            request.ifMatch(quoted(matches.etag()));
        }
        Change.send(
                timeout,
                options -> client.deleteObject(
                        request.overrideConfiguration(options).build()));
    }

    /** For a read, which the client may repeat. */
    static AwsRequestOverrideConfiguration within(Duration timeout) {
        return AwsRequestOverrideConfiguration.builder().apiCallTimeout(timeout).build();
    }

    /** Versions are shown without the quotes that the protocol puts around them. */
    static String unquoted(String etag) {
        return etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")
                ? etag.substring(1, etag.length() - 1)
                : etag;
    }

    private static String quoted(String etag) {
        return etag.startsWith("W/") ? etag : "\"" + etag + "\"";
    }
}
