package io.github.statelock.s3;

import io.github.statelock.StateStore.Revision;
import io.github.statelock.StateVersion;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/** The old versions of an object, where the bucket keeps them. */
final class S3History {

    private static final String UNVERSIONED = "null";

    private final S3Requests s3;
    private final Duration timeout;

    S3History(S3Requests s3, Duration timeout) {
        this.s3 = s3;
        this.timeout = timeout;
    }

    /** The versions, the newest first. */
    List<Revision> of(String object) {
        return versions(object)
                .map(version -> new Revision(
                        new StateVersion(S3Requests.unquoted(version.eTag())), version.lastModified(), version.size()))
                .toList();
    }

    /**
     * The newest version with that ETag.
     *
     * @return empty if there is none
     */
    Optional<Kept> find(String object, StateVersion wanted) {
        return isEtag(wanted.value())
                ? versions(object)
                        .filter(version -> S3Requests.unquoted(version.eTag()).equals(wanted.value()))
                        .findFirst()
                        .map(Kept::of)
                : Optional.empty();
    }

    /** A version that the bucket keeps, by the bucket's own ID; without one where it keeps only the newest. */
    record Kept(Optional<String> versionId) {

        private static Kept of(ObjectVersion version) {
            return new Kept(
                    Optional.ofNullable(version.versionId()).filter(id -> !id.isEmpty() && !id.equals(UNVERSIONED)));
        }
    }

    /** Whether an object can have that ETag at all: a text that fits into a header, between quotes. */
    static boolean isEtag(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
    }

    /** Other objects whose names begin so come later, since the list is in the order of the names. */
    private Stream<ObjectVersion> versions(String object) {
        ListObjectVersionsRequest request = ListObjectVersionsRequest.builder()
                .bucket(s3.bucket())
                .prefix(object)
                .overrideConfiguration(S3Requests.within(timeout))
                .build();
        Stream.Builder<ObjectVersion> found = Stream.builder();
        try {
            for (ListObjectVersionsResponse page : s3.client().listObjectVersionsPaginator(request)) {
                page.versions().stream()
                        .filter(version -> version.key().equals(object) && version.size() > 0)
                        .forEach(found);
                boolean past = page.versions().stream()
                        .anyMatch(version -> !version.key().equals(object));
                if (past) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "s3:ListBucketVersions", "s3://" + s3.bucket());
        }
        return found.build();
    }
}
