package io.github.statelock.azure;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Takes a lock: the lease with the lock's ID, then the signature in the metadata. Safe for use by several threads.
 *
 * <p>A lock with a lease: acquire, sign. A lock without: read the blob unless it is known, acquire for 15 s on condition that
 * it is that blob, sign, acquire again without end on condition that it is what was signed. Signing changes the blob's ETag,
 * leases do not. What happens if the process stops, pauses or loses an answer after each step:
 *
 * <ul>
 *   <li>After the read: nothing was applied.
 *   <li>After the lease: others see a holder without name until the lease ends. It always ends: a lock without lease is
 *       taken for 15 s first, and the lease loses its end only when the signature is there. The same request again succeeds,
 *       since the ID is the same.
 *   <li>After a pause that outlives the lease: the signature carries the lease ID and is refused.
 *   <li>After the signature: of a lock with a lease, the whole is done again. Of a lock without, the lease may have lost its
 *       end already, so it is not asked for 15 s any more: where a read shows our own signature under a lease, that is written
 *       again, under our ID, and the end goes next. Where the lease is over, the signature goes first.
 *   <li>After the end is gone: as after the signature.
 * </ul>
 *
 * <p>What each of them does when it arrives late. All carry the lock's ID, which served one acquisition, so the service refuses
 * them while anybody else has the lease. Otherwise:
 *
 * <ul>
 *   <li>The lease of a lock with a lease: while it is held, it counts anew from now, for as long as before, which is later
 *       than the holder counts on. When the lock is free, of this blob or one made later under its name: it holds it for one
 *       lease at most.
 *   <li>The 15 s of a lock without lease: they would give the held lock an end that nobody knows of, and the next holder
 *       would come while this one holds. So they name the ETag of a blob without our signature, and while the lock is held the
 *       blob carries it: refused. After the release too, since every ETag is new. Only what was never signed is held for
 *       15 s.
 *   <li>The signature: it names an ETag that the signature itself, or the one that came instead, has replaced. Refused. The
 *       removal of one that has no lease any more: it names no lease, and is refused while anybody has one.
 *   <li>The lease without end: while the lock is held, it changes nothing. After the release, which removes the signature, the
 *       ETag is another: refused. Otherwise it would leave a lock that nobody can name. One that arrives in the midst of the
 *       release, before the signature is gone, is ended by the release's last request.
 * </ul>
 */
final class LeaseTaking {

    /** How long a lock without lease outlives a process that dies while it takes or releases it. */
    static final int FIRST_SECONDS = 15;

    private final Blobs blobs;
    private final KnownBlobs known;
    private final LockSight sight;

    LeaseTaking(Blobs blobs, KnownBlobs known, LockSight sight) {
        this.blobs = blobs;
        this.known = known;
        this.sight = sight;
    }

    AcquireOutcome take(LockProposal proposal) {
        sight.claim(proposal);
        String etag;
        try {
            etag = lease(proposal);
        } catch (BlobFailure e) {
            return switch (e.kind()) {
                case LEASED -> refused(proposal);
                case CHANGED -> changed(proposal.key());
                case NO_BLOB -> new AcquireOutcome.HolderGone();
                case UNANSWERED -> new AcquireOutcome.Unknown(e.refusal());
                default -> throw e.refusal();
            };
        }
        try {
            return sign(proposal, etag);
        } catch (BlobFailure e) {
            return notSigned(proposal, e);
        }
    }

    private String lease(LockProposal proposal) {
        try {
            return acquire(proposal);
        } catch (BlobFailure e) {
            if (e.kind() != Kind.NO_BLOB) {
                throw e;
            }
        }
        known.forget(proposal.key());
        create(proposal.key());
        return acquire(proposal);
    }

    private String acquire(LockProposal proposal) {
        return proposal.lease().isPresent()
                ? blobs.acquireLease(
                        proposal.key(),
                        proposal.info().id(),
                        seconds(proposal.lease().get()),
                        Optional.empty())
                : acquireFirst(proposal.key(), proposal.info().id());
    }

    /** Whole seconds, never fewer than the engine counts on. */
    private static int seconds(Duration lease) {
        return (int) lease.plus(Duration.ofMillis(999)).toSeconds();
    }

    /** The lease of a lock without lease, until it is signed. Never asked for on a blob with our signature. */
    private String acquireFirst(StateKey key, String id) {
        Optional<String> unsigned = known.head(key)
                .filter(head -> !BlobMetadata.isSignedBy(head.metadata(), id))
                .map(BlobHead::etag);
        if (unsigned.isEmpty()) {
            SeenBlob seen = blobs.head(key, Optional.empty());
            known.learn(key, seen.head());
            boolean signed = BlobMetadata.isSignedBy(seen.head().metadata(), id);
            if (signed && seen.lease().isHeld()) {
                return seen.head().etag(); // by us, unless the service says otherwise when it is signed again
            }
            unsigned =
                    Optional.of(signed ? unsign(key, seen.head()) : seen.head().etag());
        }
        return blobs.acquireLease(key, id, FIRST_SECONDS, unsigned);
    }

    /** Removes our signature while nobody has the lease. */
    private String unsign(StateKey key, BlobHead head) {
        Map<String, String> metadata = BlobMetadata.unsigned(head.metadata());
        String etag = blobs.setMetadata(key, metadata, Optional.empty(), head.etag());
        known.learn(key, head.with(etag, metadata));
        return etag;
    }

    private void create(StateKey key) {
        try {
            known.learn(key, blobs.create(key));
        } catch (BlobFailure e) {
            // Somebody was faster, and may have leased it too: the next request tells.
            if (e.kind() != Kind.CHANGED && e.kind() != Kind.LEASED) {
                throw e;
            }
        }
    }

    private AcquireOutcome sign(LockProposal proposal, String etag) {
        StateKey key = proposal.key();
        Optional<String> id = Optional.of(proposal.info().id());
        BlobHead head = known.head(key)
                .filter(blob -> blob.etag().equals(etag))
                .orElseGet(() -> blobs.head(key, id).head());
        Map<String, String> metadata = BlobMetadata.signed(head.metadata(), proposal);
        String signed = blobs.setMetadata(key, metadata, id, head.etag());
        known.learn(key, head.with(signed, metadata));
        if (proposal.lease().isEmpty()) {
            blobs.acquireLease(key, proposal.info().id(), Blobs.INFINITE, Optional.of(signed));
        }
        return new AcquireOutcome.Acquired(
                new OwnedLock(key, proposal.info(), proposal.lease(), LockSight.version(signed)));
    }

    /** The lease was ours a moment ago. Where a repetition may succeed it is kept for that; otherwise it is given back. */
    private AcquireOutcome notSigned(LockProposal proposal, BlobFailure e) {
        known.forget(proposal.key());
        return switch (e.kind()) {
            case LEASED -> refused(proposal);
            case NO_BLOB -> new AcquireOutcome.HolderGone();
            case REFUSED -> e.isTransient() ? new AcquireOutcome.Unknown(e.refusal()) : giveBack(proposal, e.refusal());
            default -> new AcquireOutcome.Unknown(e.refusal());
        };
    }

    /**
     * Ends the lease, so that the refusal may promise that nothing was applied; else it is unknown for one lease. Under a
     * client's ID another server may have signed it meanwhile: such a lease is left, and ends by itself unless one did.
     */
    private AcquireOutcome giveBack(LockProposal proposal, StatelockException refusal) {
        if (proposal.clients()) {
            throw refusal;
        }
        try {
            blobs.releaseLease(proposal.key(), proposal.info().id());
        } catch (BlobFailure e) {
            if (e.kind() != Kind.LEASED && e.kind() != Kind.NO_BLOB) {
                refusal.addSuppressed(e);
                return new AcquireOutcome.Unknown(refusal);
            }
        }
        throw refusal;
    }

    /** The blob is not the one we knew, by which a holder may have come. */
    private AcquireOutcome changed(StateKey key) {
        known.forget(key);
        return held(key, () -> sight.look(key));
    }

    private AcquireOutcome refused(LockProposal proposal) {
        return held(
                proposal.key(),
                () -> sight.lookAfterRefusal(proposal.key(), proposal.info().id()));
    }

    /** Who made the service refuse, if that was somebody. */
    private AcquireOutcome held(StateKey key, Supplier<Optional<ObservedLock>> look) {
        Optional<ObservedLock> holder;
        try {
            holder = look.get();
        } catch (StatelockException e) {
            return new AcquireOutcome.HolderGone(); // not readable: only what the write says counts
        }
        if (holder.isEmpty() || holder.get().expired() || sight.isAboutToSign(key, holder.get())) {
            return new AcquireOutcome.HolderGone();
        }
        return new AcquireOutcome.Held(holder.get());
    }
}
