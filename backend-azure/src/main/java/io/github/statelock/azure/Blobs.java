package io.github.statelock.azure;

import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.rest.PagedIterable;
import com.azure.core.http.rest.Response;
import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobContainerProperties;
import com.azure.storage.blob.models.BlobDownloadContentResponse;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobLeaseRequestConditions;
import com.azure.storage.blob.models.BlobListDetails;
import com.azure.storage.blob.models.BlobProperties;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobServiceProperties;
import com.azure.storage.blob.models.BlobType;
import com.azure.storage.blob.models.DeleteSnapshotsOptionType;
import com.azure.storage.blob.models.DownloadRetryOptions;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.options.BlobAcquireLeaseOptions;
import com.azure.storage.blob.options.BlobBreakLeaseOptions;
import com.azure.storage.blob.options.BlockBlobSimpleUploadOptions;
import com.azure.storage.blob.specialized.BlobClientBase;
import com.azure.storage.blob.specialized.BlobLeaseClient;
import com.azure.storage.blob.specialized.BlobLeaseClientBuilder;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The requests: one to a method, each with a timeout, each ending in an answer or a {@link BlobFailure}. Safe for use by
 * several threads.
 */
final class Blobs {

    /** A lease without end. */
    static final int INFINITE = -1;

    private static final HttpHeaderName ETAG = HttpHeaderName.ETAG;
    private static final String CONTENT_TYPE = "application/json";

    private final BlobContainerClient container;
    private final String prefix;
    private final Duration callTimeout;
    private final Duration transferTimeout;
    private final CallThreads threads;

    /** Whether the client tells when it hands a request to its HTTP client. */
    private final boolean tellsSending;

    /** Whether the service ever answered. */
    private volatile boolean reached;

    /**
     * The blobs of a container.
     *
     * @param prefix what stands before every key in its blob's name; empty or ending in a slash
     */
    Blobs(
            BlobContainerClient container,
            String prefix,
            Duration callTimeout,
            Duration transferTimeout,
            CallThreads threads) {
        this.container = container;
        this.tellsSending = SentOnce.isSentOnce(container);
        this.prefix = prefix;
        this.callTimeout = callTimeout;
        this.transferTimeout = transferTimeout;
        this.threads = threads;
    }

    /** Container and blob, as Terraform names a lock's path. */
    String path(StateKey key) {
        return container.getBlobContainerName() + "/" + prefix + key.value();
    }

    // ---- leases

    /** Takes or prolongs the lease; gives the blob's ETag. */
    String acquireLease(StateKey key, String leaseId, int seconds, Optional<String> ifMatch) {
        BlobAcquireLeaseOptions options =
                new BlobAcquireLeaseOptions(seconds).setRequestConditions(leaseConditions(ifMatch));
        return etag(call(key, context -> lease(key, leaseId).acquireLeaseWithResponse(options, null, context)));
    }

    /** Renews the lease; gives the blob's ETag. */
    String renewLease(StateKey key, String leaseId) {
        return etag(call(
                key,
                context -> lease(key, leaseId).renewLeaseWithResponse(new BlobRequestConditions(), null, context)));
    }

    void releaseLease(StateKey key, String leaseId) {
        call(key, context -> lease(key, leaseId).releaseLeaseWithResponse(new BlobRequestConditions(), null, context));
    }

    /** Ends whatever lease there is, at once, without knowing its ID. */
    void breakLease(StateKey key, String ifMatch) {
        BlobBreakLeaseOptions options = new BlobBreakLeaseOptions()
                .setBreakPeriod(Duration.ZERO)
                .setRequestConditions(leaseConditions(Optional.of(ifMatch)));
        BlobLeaseClient any = new BlobLeaseClientBuilder().blobClient(blob(key)).buildClient();
        call(key, context -> any.breakLeaseWithResponse(options, null, context));
    }

    // ---- reads

    /** Reads everything but the content. With a lease ID it succeeds only while that lease is held. */
    SeenBlob head(StateKey key, Optional<String> leaseId) {
        Response<BlobProperties> answer = call(
                key,
                context -> blob(key).getPropertiesWithResponse(conditions(leaseId, Optional.empty()), null, context));
        BlobProperties blob = answer.getValue();
        if (!BlobType.BLOCK_BLOB.equals(blob.getBlobType())) {
            throw BlobErrors.noBlockBlob(path(key));
        }
        BlobHead head = new BlobHead(
                quoted(blob.getETag()), blob.getMetadata(), blob.getBlobSize(), Md5.hex(blob.getContentMd5()));
        return new SeenBlob(head, Lease.of(blob.getLeaseState(), blob.getLeaseDuration()));
    }

    BlobContent read(StateKey key) {
        return read(key, blob(key));
    }

    BlobContent readVersion(StateKey key, String versionId) {
        return read(key, blob(key).getVersionClient(versionId));
    }

    BlobContent readSnapshot(StateKey key, String snapshot) {
        return read(key, blob(key).getSnapshotClient(snapshot));
    }

    private BlobContent read(StateKey key, BlobClientBase blob) {
        DownloadRetryOptions once = new DownloadRetryOptions().setMaxRetryRequests(0);
        BlobDownloadContentResponse answer = call(
                prefix + key.value(),
                transferTimeout,
                context -> blob.downloadContentWithResponse(once, null, null, false, null, context));
        byte[] bytes = answer.getValue().toBytes();
        var headers = answer.getDeserializedHeaders();
        return new BlobContent(
                quoted(headers.getETag()),
                headers.getMetadata() == null ? Map.of() : headers.getMetadata(),
                bytes,
                Md5.hex(headers.getContentMd5()));
    }

    /** All blobs whose names begin so, with what was asked for; page by page. */
    List<ListedBlob> list(String namePrefix, BlobListDetails details, Predicate<BlobItem> wanted) {
        ListBlobsOptions options =
                new ListBlobsOptions().setPrefix(prefix + namePrefix).setDetails(details);
        return call(prefix + namePrefix, transferTimeout, context -> {
            Sending.of(context).begin(); // the SDK takes no context for a listing: the policy cannot tell
            List<ListedBlob> found = new ArrayList<>();
            PagedIterable<BlobItem> items = container.listBlobs(options, null);
            for (BlobItem item : items) {
                if (wanted.test(item) && item.getName().startsWith(prefix)) {
                    found.add(new ListedBlob(item.getName().substring(prefix.length()), item));
                }
            }
            return found;
        });
    }

    // ---- changes

    /** Makes an empty blob if there is none. */
    BlobHead create(StateKey key) {
        return put(key, new byte[0], Map.of(), Optional.empty(), Optional.empty());
    }

    /** Replaces all metadata; gives the new ETag. */
    String setMetadata(StateKey key, Map<String, String> metadata, Optional<String> leaseId, String ifMatch) {
        BlobRequestConditions conditions = conditions(leaseId, Optional.of(ifMatch));
        return etag(call(key, context -> blob(key).setMetadataWithResponse(metadata, conditions, null, context)));
    }

    /** Replaces content and metadata of the blob with that ETag, or makes the blob if none is given and there is none. */
    BlobHead put(
            StateKey key,
            byte[] content,
            Map<String, String> metadata,
            Optional<String> leaseId,
            Optional<String> ifMatch) {
        byte[] md5 = Md5.of(content);
        BlobRequestConditions conditions = conditions(leaseId, ifMatch);
        if (ifMatch.isEmpty()) {
            conditions.setIfNoneMatch("*");
        }
        BlockBlobSimpleUploadOptions options = new BlockBlobSimpleUploadOptions(BinaryData.fromBytes(content))
                .setHeaders(new BlobHttpHeaders().setContentType(CONTENT_TYPE).setContentMd5(md5))
                .setContentMd5(md5)
                .setMetadata(metadata)
                .setRequestConditions(conditions);
        Duration timeout = content.length == 0 ? callTimeout : transferTimeout;
        String etag = etag(call(
                prefix + key.value(),
                timeout,
                context -> blob(key).getBlockBlobClient().uploadWithResponse(options, null, context)));
        return new BlobHead(etag, metadata, content.length, Md5.hex(md5));
    }

    void snapshot(StateKey key, Optional<String> leaseId, String ifMatch) {
        BlobRequestConditions conditions = conditions(leaseId, Optional.of(ifMatch));
        call(key, context -> blob(key).createSnapshotWithResponse(null, conditions, null, context));
    }

    /** Deletes the blob with that ETag, and its lease with it. */
    void delete(StateKey key, Optional<String> leaseId, String ifMatch) {
        BlobRequestConditions conditions = conditions(leaseId, Optional.of(ifMatch));
        call(key, context -> blob(key).deleteWithResponse(null, conditions, null, context));
    }

    /** Deletes the blob with its snapshots, if it is there and nobody has a lease on it. */
    void deleteWithSnapshots(StateKey key) {
        try {
            call(key, context -> blob(key).deleteWithResponse(DeleteSnapshotsOptionType.INCLUDE, null, null, context));
        } catch (BlobFailure e) {
            if (e.kind() != BlobFailure.Kind.NO_BLOB) {
                throw e;
            }
        }
    }

    /** Deletes an old version that the account keeps. */
    void deleteVersion(StateKey key, String versionId) {
        call(key, context -> blob(key).getVersionClient(versionId).deleteWithResponse(null, null, null, context));
    }

    // ---- settings

    BlobContainerProperties containerProperties() {
        return call("", callTimeout, context -> container.getPropertiesWithResponse(null, null, context))
                .getValue();
    }

    /** The settings of the whole account's blobs, which a container's credentials may not show. */
    BlobServiceProperties accountProperties() {
        return call("", callTimeout, context -> container.getServiceClient().getPropertiesWithResponse(null, context))
                .getValue();
    }

    // ---- how

    private BlobClient blob(StateKey key) {
        return container.getBlobClient(prefix + key.value());
    }

    private BlobLeaseClient lease(StateKey key, String leaseId) {
        return new BlobLeaseClientBuilder()
                .blobClient(blob(key))
                .leaseId(leaseId)
                .buildClient();
    }

    private <T> T call(StateKey key, Function<Context, T> request) {
        return call(prefix + key.value(), callTimeout, request);
    }

    private <T> T call(String name, Duration timeout, Function<Context, T> request) {
        Sending sending = new Sending();
        if (!tellsSending) {
            sending.begin();
        }
        try {
            T answer = threads.within(timeout, () -> request.apply(sending.context()));
            reached = true;
            return answer;
        } catch (RuntimeException thrown) {
            RuntimeException e = SentOnce.asThrown(thrown);
            String where = container.getBlobContainerName() + "/" + name;
            throw sending.giveUp() ? BlobErrors.of(e, where, reached) : BlobErrors.notSent(e, where);
        }
    }

    private static BlobRequestConditions conditions(Optional<String> leaseId, Optional<String> ifMatch) {
        return new BlobRequestConditions().setLeaseId(leaseId.orElse(null)).setIfMatch(ifMatch.orElse(null));
    }

    private static BlobLeaseRequestConditions leaseConditions(Optional<String> ifMatch) {
        return new BlobLeaseRequestConditions().setIfMatch(ifMatch.orElse(null));
    }

    private static String etag(Response<?> answer) {
        return quoted(answer.getHeaders().getValue(ETAG));
    }

    /** Listings give ETags without the quotes that conditions need. */
    static String quoted(@Nullable String etag) {
        String text = etag == null ? "" : etag;
        return text.startsWith("\"") ? text : "\"" + text + "\"";
    }
}
