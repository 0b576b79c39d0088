package io.github.statelock.s3;

import java.time.Duration;
import java.util.List;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The names of objects, all pages of them. */
final class S3Listing {

    private S3Listing() {}

    /** The names below a prefix, except those of objects smaller than that. */
    static List<String> objects(S3Requests s3, String prefix, long least, Duration timeout) {
        try {
            ListObjectsV2Request request = ListObjectsV2Request.builder()
                    .bucket(s3.bucket())
                    .prefix(prefix)
                    .overrideConfiguration(S3Requests.within(timeout))
                    .build();
            return s3.client().listObjectsV2Paginator(request).contents().stream()
                    .filter(object -> object.size() >= least)
                    .map(S3Object::key)
                    .toList();
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "s3:ListBucket", "s3://" + s3.bucket());
        }
    }
}
