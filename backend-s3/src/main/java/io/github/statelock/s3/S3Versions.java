package io.github.statelock.s3;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;

/** Removes what a versioned bucket keeps of objects that are deleted. */
final class S3Versions {

    private S3Versions() {}

    /**
     * Removes all versions and delete markers of objects.
     *
     * @param prefix what the names of all of them begin with
     * @return what could not be removed and why
     */
    static List<String> purge(S3Requests s3, String prefix, List<String> objects, Duration timeout) {
        List<String> left = new ArrayList<>();
        try {
            var pages = s3.client()
                    .listObjectVersionsPaginator(r ->
                            r.bucket(s3.bucket()).prefix(prefix).overrideConfiguration(S3Requests.within(timeout)));
            pages.versions().stream()
                    .filter(version -> objects.contains(version.key()))
                    .forEach(version -> remove(s3, version.key(), version.versionId(), timeout, left));
            pages.deleteMarkers().stream()
                    .filter(marker -> objects.contains(marker.key()))
                    .forEach(marker -> remove(s3, marker.key(), marker.versionId(), timeout, left));
        } catch (RuntimeException e) {
            left.add("old versions of " + s3.url(prefix) + ", if there are any: "
                    + S3Errors.ofRead(e, "s3:ListBucketVersions", "s3://" + s3.bucket())
                            .getMessage());
        }
        return left;
    }

    private static void remove(S3Requests s3, String object, String versionId, Duration timeout, List<String> left) {
        try {
            DeleteObjectRequest.Builder request = DeleteObjectRequest.builder()
                    .bucket(s3.bucket())
                    .key(object)
                    .versionId(versionId);
            Change.send(
                    timeout,
                    options -> s3.client()
                            .deleteObject(request.overrideConfiguration(options).build()));
        } catch (RuntimeException e) {
            left.add("the version " + versionId + " of " + s3.url(object) + ": "
                    + S3Errors.ofRead(e, "s3:DeleteObjectVersion", s3.url(object))
                            .getMessage());
        }
    }
}
