package io.github.statelock.s3;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;
import software.amazon.awssdk.services.s3.model.GetBucketVersioningRequest;

/** Whether the bucket keeps old versions: asked once, when somebody wants to know. Safe for use by several threads. */
final class BucketVersioning {

    private static final Logger LOG = LoggerFactory.getLogger(BucketVersioning.class);

    private final S3Requests s3;
    private final Duration timeout;
    private volatile @Nullable Boolean on;

    BucketVersioning(S3Requests s3, Duration timeout) {
        this.s3 = s3;
        this.timeout = timeout;
    }

    /** Whether old versions are kept. Two threads that ask at once do no harm. */
    boolean isOn() {
        Boolean known = on;
        if (known == null) {
            known = ask();
            on = known;
        }
        return known;
    }

    /** A policy may well forbid the question; then the history is there for who may list versions, and not promised. */
    private boolean ask() {
        try {
            GetBucketVersioningRequest request = GetBucketVersioningRequest.builder()
                    .bucket(s3.bucket())
                    .overrideConfiguration(S3Requests.within(timeout))
                    .build();
            return s3.client().getBucketVersioning(request).status() == BucketVersioningStatus.ENABLED;
        } catch (RuntimeException e) {
            if (S3Errors.isForbidden(e)) {
                LOG.debug("s3:GetBucketVersioning is not allowed on s3://{}", s3.bucket(), e);
                return false;
            }
            throw S3Errors.ofRead(e, "s3:GetBucketVersioning", "s3://" + s3.bucket());
        }
    }
}
