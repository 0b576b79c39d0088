package io.github.statelock.azure;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.spi.ReleaseOutcome;
import java.util.Optional;

/**
 * Ends a lock: the signature goes, then the lease. Safe for use by several threads.
 *
 * <p>Every request names the lock's ID, which served one acquisition, so none can touch another lock, however late it
 * arrives. If the process stops in between, the lease is there without a name until it ends; that of a lock without lease
 * gets an end first. A repetition finds what is left to do.
 */
final class LeaseEnding {

    private final Blobs blobs;
    private final KnownBlobs known;
    private final LockSight sight;

    LeaseEnding(Blobs blobs, KnownBlobs known, LockSight sight) {
        this.blobs = blobs;
        this.known = known;
        this.sight = sight;
    }

    /**
     * Ends the lock with that ID, if it holds the lease.
     *
     * @param endless whether the lease has no end and is ours to give it one
     */
    ReleaseOutcome end(StateKey key, String id, boolean endless) {
        try {
            try {
                unsign(key, id, endless, knownOrRead(key, id));
            } catch (BlobFailure e) {
                if (e.kind() != Kind.CHANGED) {
                    throw e;
                }
                unsign(key, id, endless, read(key, id));
            }
            return new ReleaseOutcome.Released();
        } catch (BlobFailure e) {
            return notEnded(key, id, e);
        }
    }

    private void unsign(StateKey key, String id, boolean endless, BlobHead head) {
        if (deletesBlob(key, id, head)) {
            return;
        }
        if (endless && BlobMetadata.isSigned(head.metadata())) {
            // Without the condition a late one of these would take the lock again, after it was released.
            blobs.acquireLease(key, id, LeaseTaking.FIRST_SECONDS, Optional.of(head.etag()));
        }
        if (BlobMetadata.isSigned(head.metadata())) {
            var metadata = BlobMetadata.unsigned(head.metadata());
            String etag = blobs.setMetadata(key, metadata, Optional.of(id), head.etag());
            known.learn(key, head.with(etag, metadata));
        }
        blobs.releaseLease(key, id);
    }

    /**
     * Where the state was deleted under this lock, the blob goes with it: it carries nothing but the lock. Where that is refused,
     * such as without the permission to delete, it stays: without bytes it is no state, and the lock is released all the same.
     */
    private boolean deletesBlob(StateKey key, String id, BlobHead head) {
        if (!known.isEmptied(id) || !head.isEmpty() || BlobMetadata.hasFence(head.metadata())) {
            return false;
        }
        try {
            blobs.delete(key, Optional.of(id), head.etag());
        } catch (BlobFailure e) {
            boolean refused = e.kind() == Kind.REFUSED && !e.isTransient();
            if (refused || e.kind() == Kind.HAS_SNAPSHOTS) {
                return false; // the snapshots are the state's history
            }
            throw e;
        }
        known.forget(key);
        return true;
    }

    private BlobHead knownOrRead(StateKey key, String id) {
        return known.head(key).orElseGet(() -> read(key, id));
    }

    private BlobHead read(StateKey key, String id) {
        BlobHead head = blobs.head(key, Optional.of(id)).head();
        known.learn(key, head);
        return head;
    }

    private ReleaseOutcome notEnded(StateKey key, String id, BlobFailure e) {
        return switch (e.kind()) {
            case NO_BLOB -> new ReleaseOutcome.AlreadyGone();
            case LEASED -> notOwner(key, id);
            case REFUSED -> throw e.refusal();
            default -> new ReleaseOutcome.Unknown(e.refusal());
        };
    }

    /** The service says that this ID does not hold the lease. */
    private ReleaseOutcome notOwner(StateKey key, String id) {
        Optional<ObservedLock> actual = sight.lookAfterRefusal(key, id);
        if (actual.isPresent() && !actual.get().expired()) {
            return new ReleaseOutcome.NotOwner(actual.get());
        }
        if (actual.isPresent() && actual.get().hasId(id)) {
            wipe(actual.get());
        }
        return new ReleaseOutcome.AlreadyGone();
    }

    /** Removes the signature of a holder whose lease the service has ended, unless somebody else came meanwhile. */
    ReleaseOutcome wipe(ObservedLock expired) {
        StateKey key = expired.key();
        try {
            BlobHead head = known.head(key)
                    .filter(blob -> LockSight.version(blob.etag()).equals(expired.version()))
                    .orElseGet(() -> blobs.head(key, Optional.empty()).head());
            if (LockSight.version(head.etag()).equals(expired.version())) {
                var metadata = BlobMetadata.unsigned(head.metadata());
                String etag = blobs.setMetadata(key, metadata, Optional.empty(), head.etag());
                known.learn(key, head.with(etag, metadata));
                return new ReleaseOutcome.Released();
            }
        } catch (BlobFailure e) {
            if (e.kind() == Kind.UNANSWERED || e.kind() == Kind.REFUSED) {
                return notEnded(key, "", e);
            }
        }
        return sight.look(key)
                .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                .orElseGet(ReleaseOutcome.AlreadyGone::new);
    }

    /** Breaks the lease of a holder whose ID nobody knows, if the blob is still what was seen. */
    ReleaseOutcome breakUnnamed(ObservedLock observed) {
        StateKey key = observed.key();
        try {
            String etag = Blobs.quoted(observed.version());
            blobs.breakLease(key, etag);
            known.head(key)
                    .filter(head -> head.etag().equals(etag) && BlobMetadata.isSigned(head.metadata()))
                    .ifPresent(head -> {
                        var metadata = BlobMetadata.unsigned(head.metadata());
                        known.learn(key, head.with(blobs.setMetadata(key, metadata, Optional.empty(), etag), metadata));
                    });
            return new ReleaseOutcome.Released();
        } catch (BlobFailure e) {
            return switch (e.kind()) {
                case NO_BLOB -> new ReleaseOutcome.AlreadyGone();
                case REFUSED -> throw e.refusal();
                case LEASED, CHANGED ->
                    sight.look(key)
                            .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                            .orElseGet(ReleaseOutcome.AlreadyGone::new);
                default -> new ReleaseOutcome.Unknown(e.refusal());
            };
        }
    }
}
