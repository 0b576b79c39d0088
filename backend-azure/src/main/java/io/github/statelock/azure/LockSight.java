package io.github.statelock.azure;

import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobListDetails;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.spi.LockProposal;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Sees who holds a lock. The service tells that somebody has the lease, not who: that is what the metadata says, and it may
 * be the signature of a holder before, while the present one has not signed yet.
 *
 * <p>Mostly that gives a refused caller the wrong name for a moment. Where the name is one of this process's own IDs it
 * would do harm: the engine takes a record with its own ID for its own lock. So such a record is shown only if the service
 * confirms that this very ID has the lease. Safe for use by several threads.
 */
final class LockSight {

    /** What is known of a lease that has an end and whose holder did not say which: the service takes no longer ones. */
    static final Duration LONGEST_LEASE = Duration.ofSeconds(60);

    private static final int MOST = 20_000;

    /** How often a holder without signature is taken for one that is about to sign, or has just removed its own. */
    private static final int UNSIGNED_LOOKS = 8;

    private final Blobs blobs;
    private final KnownBlobs known;

    /** The IDs that this process has asked for, each with whether it asked for a lock without lease. */
    private final LruMap<String, Boolean> claims = new LruMap<>(MOST);

    /** IDs that the service refused, each with the ETag of the blob that still shows it. */
    private final LruMap<String, Boolean> refused = new LruMap<>(MOST);

    private final LruMap<String, Integer> unsigned = new LruMap<>(1000);
    private final LruMap<StateKey, ObservedLock> named = new LruMap<>(1000);

    LockSight(Blobs blobs, KnownBlobs known) {
        this.blobs = blobs;
        this.known = known;
    }

    /** To be called before the ID is sent for the first time. */
    void claim(LockProposal proposal) {
        claims.put(proposal.info().id(), proposal.lease().isEmpty());
    }

    /** The lock as the service shows it now; empty if nobody has the lease and nobody of ours had it last. */
    Optional<ObservedLock> look(StateKey key) {
        try {
            SeenBlob seen = blobs.head(key, Optional.empty());
            known.learn(key, seen.head());
            return observed(key, seen, true);
        } catch (BlobFailure e) {
            if (e.kind() == Kind.NO_BLOB) {
                known.forget(key);
                return Optional.empty();
            }
            throw e.refusal();
        }
    }

    /**
     * As {@link #look}, for those who wait. Between a holder's last two requests, and a new one's first two, the lease has no
     * name: for that moment the name before is told, since a lock without name looks like a broken one.
     */
    Optional<ObservedLock> watch(StateKey key) {
        Optional<ObservedLock> now = look(key);
        if (now.isEmpty() || now.get().expired()) {
            return now;
        }
        ObservedLock lock = now.get();
        if (lock.info().isPresent()) {
            if (claims.get(lock.info().get().id()).isEmpty()) {
                named.put(key, lock);
            }
            return now;
        }
        return named.get(key)
                .filter(before -> isAboutToSign(key, lock))
                .map(before -> new ObservedLock(key, before.info(), before.lease(), lock.version(), false))
                .or(() -> now);
    }

    /** Whether the holder has no signature, and so shortly that it may still be on its way. */
    boolean isAboutToSign(StateKey key, ObservedLock holder) {
        boolean signed = known.head(key)
                .map(head -> BlobMetadata.isSigned(head.metadata()))
                .orElse(false);
        if (holder.info().isPresent() || signed) {
            return false;
        }
        String blob = key.value() + "@" + holder.version();
        int looks = unsigned.get(blob).orElse(0) + 1;
        unsigned.put(blob, looks);
        return looks <= UNSIGNED_LOOKS;
    }

    /** As {@link #look}, after the service has refused that ID: a record that shows it all the same is not believed. */
    Optional<ObservedLock> lookAfterRefusal(StateKey key, String refusedId) {
        Optional<ObservedLock> actual = look(key);
        if (actual.isEmpty() || actual.get().expired()) {
            return actual;
        }
        refused.put(refusal(refusedId, actual.get().version()), true);
        boolean shown = actual.get().hasId(refusedId) && claims.get(refusedId).isEmpty();
        return shown
                ? actual.map(lock -> unnamed(key, lock.lease().map(known -> LONGEST_LEASE), lock.version()))
                : actual;
    }

    /** Whether the service has refused that ID while the blob was in that version. */
    boolean wasRefused(ObservedLock lock, String id) {
        return refused.get(refusal(id, lock.version())).isPresent();
    }

    List<ObservedLock> list(String prefix) {
        BlobListDetails details = new BlobListDetails().setRetrieveMetadata(true);
        try {
            return blobs.list(prefix, details, LockSight::mayBeLocked).stream()
                    .flatMap(blob -> blob.key().flatMap(key -> observed(key, blob.seen(), false)).stream())
                    .sorted(Comparator.comparing(ObservedLock::key))
                    .toList();
        } catch (BlobFailure e) {
            throw e.refusal();
        }
    }

    private static boolean mayBeLocked(BlobItem item) {
        Lease lease = Lease.of(
                item.getProperties().getLeaseState(), item.getProperties().getLeaseDuration());
        return lease != Lease.NONE;
    }

    private Optional<ObservedLock> observed(StateKey key, SeenBlob seen, boolean ask) {
        BlobHead head = seen.head();
        Optional<LockInfo> info = BlobMetadata.info(head.metadata());
        String version = version(head.etag());
        if (seen.lease() == Lease.NONE) {
            return Optional.empty();
        }
        if (!seen.lease().isHeld()) {
            return info.flatMap(i -> BlobMetadata.lease(head.metadata(), i.id())
                    .map(lease -> new ObservedLock(key, info, Optional.of(lease), version, true)));
        }
        Optional<Duration> atMost = seen.lease() == Lease.FIXED ? Optional.of(LONGEST_LEASE) : Optional.empty();
        if (info.isEmpty() || !isCredible(key, info.get().id(), seen, ask)) {
            return Optional.of(unnamed(key, atMost, version));
        }
        String id = info.get().id();
        Optional<Duration> lease =
                atMost.map(most -> BlobMetadata.lease(head.metadata(), id).orElse(most));
        return Optional.of(new ObservedLock(key, info, lease, version, false));
    }

    private boolean isCredible(StateKey key, String id, SeenBlob seen, boolean ask) {
        Optional<Boolean> endless = claims.get(id);
        if (endless.isEmpty() || !ask) {
            return refused.get(refusal(id, version(seen.head().etag()))).isEmpty();
        }
        // A lock without lease is ours only when its lease has lost its end, the last step of taking it.
        return (!endless.get() || seen.lease() == Lease.INFINITE) && holds(key, id);
    }

    /** Asks the service whether that ID has the lease, by a read that is refused if it has not. */
    private boolean holds(StateKey key, String id) {
        try {
            return blobs.head(key, Optional.of(id)).lease().isHeld();
        } catch (BlobFailure e) {
            if (e.kind() == Kind.LEASED || e.kind() == Kind.NO_BLOB) {
                return false;
            }
            throw e;
        }
    }

    private static ObservedLock unnamed(StateKey key, Optional<Duration> lease, String version) {
        return new ObservedLock(key, Optional.empty(), lease, version, false);
    }

    private static String refusal(String id, String version) {
        return id + "@" + version;
    }

    /** An ETag as people see it. */
    static String version(String etag) {
        return etag.replace("\"", "");
    }
}
