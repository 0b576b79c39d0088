package io.github.statelock.azure;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore.Revision;
import io.github.statelock.StateVersion;
import io.github.statelock.azure.BlobFailure.Kind;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Old states: the blob's versions, where the account keeps them, and its snapshots. Locks make versions too, of the same
 * content; of those with one state version the oldest counts, which is when it was written.
 */
final class BlobHistory {

    /** One copy of the blob with the state's version. */
    private record Copy(ListedBlob blob, StateVersion version) {}

    /** After every time that the service names. */
    private static final String NOW = "9";

    private final Blobs blobs;

    BlobHistory(Blobs blobs) {
        this.blobs = blobs;
    }

    /** The states that can be read, the newest first. */
    List<Revision> of(StateKey key) {
        try {
            return copies(key).stream()
                    .map(copy -> new Revision(
                            copy.version(), written(copy.blob()), copy.blob().length()))
                    .toList();
        } catch (BlobFailure e) {
            throw e.refusal();
        }
    }

    Optional<State> read(StateKey key, StateVersion version) {
        try {
            Optional<Copy> copy = copies(key).stream()
                    .filter(c -> c.version().equals(version))
                    .findFirst();
            return copy.flatMap(c -> BlobStateStore.stateOf(key, read(key, c)))
                    .filter(state -> state.version().equals(version));
        } catch (BlobFailure e) {
            if (e.kind() == Kind.NO_BLOB) {
                return Optional.empty(); // deleted since it was listed
            }
            throw e.refusal();
        }
    }

    private BlobContent read(StateKey key, Copy copy) {
        String snapshot = copy.blob().item().getSnapshot();
        String versionId = copy.blob().item().getVersionId();
        if (snapshot != null && !snapshot.isEmpty()) {
            return blobs.readSnapshot(key, snapshot);
        }
        return versionId != null && !versionId.isEmpty() ? blobs.readVersion(key, versionId) : blobs.read(key);
    }

    private List<Copy> copies(StateKey key) {
        BlobListDetails details = new BlobListDetails()
                .setRetrieveMetadata(true)
                .setRetrieveSnapshots(true)
                .setRetrieveVersions(true);
        List<Copy> all = new ArrayList<>();
        for (ListedBlob blob :
                blobs.list(key.value(), details, item -> item.getProperties().getContentLength() > 0)) {
            if (blob.name().equals(key.value())) {
                version(key, blob).ifPresent(version -> all.add(new Copy(blob, version)));
            }
        }
        all.sort(Comparator.comparing(copy -> when(copy.blob())));
        Map<StateVersion, Copy> first = new LinkedHashMap<>();
        all.forEach(copy -> first.putIfAbsent(copy.version(), copy));
        List<Copy> newestFirst = new ArrayList<>(first.values());
        Collections.reverse(newestFirst);
        return newestFirst;
    }

    private Optional<StateVersion> version(StateKey key, ListedBlob blob) {
        BlobHead head = blob.seen().head();
        return head.isVersionKnown()
                ? head.version()
                : read(key, new Copy(blob, new StateVersion(""))).head().version();
    }

    /** A moment when this copy was the newest, as text that sorts: times of modification are whole seconds. */
    private static String when(ListedBlob blob) {
        BlobItem item = blob.item();
        if (item.getSnapshot() != null && !item.getSnapshot().isEmpty()) {
            return item.getSnapshot();
        }
        boolean current = item.getVersionId() == null || Boolean.TRUE.equals(item.isCurrentVersion());
        return current ? NOW : item.getVersionId();
    }

    /** When the content was made; a copy of the same content that a lock made is later. */
    private static Instant written(ListedBlob blob) {
        OffsetDateTime modified = blob.item().getProperties().getLastModified();
        return modified == null ? Instant.EPOCH : modified.toInstant();
    }
}
