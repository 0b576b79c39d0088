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

/**
 * Takes a lock: the lease with the lock's ID, then the signature in the metadata. Safe for use by several threads.
 *
 * <p>What happens if the process stops, pauses or loses an answer after each step:
 *
 * <ul>
 *   <li>After the lease: others see a holder without name until the lease ends. It always ends: a lock without lease is
 *       taken for 15 s first, and the lease loses its end only when the signature is there. The same request again succeeds,
 *       since the ID is the same. A request that arrives late, when the lock is free, holds it for one lease at most.
 *   <li>After a pause that outlives the lease: the signature carries the lease ID and is refused.
 *   <li>After the signature: it is written again, so that its ETag is new whenever a lease was taken; one that arrives late
 *       names an old ETag and is refused.
 *   <li>After the end is gone: that request names the signature's ETag, so that one that arrives after the release, which
 *       removes the signature, is refused. Otherwise it would leave a lock that nobody can name.
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
                case NO_BLOB, CHANGED -> new AcquireOutcome.HolderGone();
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
        create(proposal.key());
        return acquire(proposal);
    }

    private String acquire(LockProposal proposal) {
        return blobs.acquireLease(proposal.key(), proposal.info().id(), seconds(proposal), Optional.empty());
    }

    /** Whole seconds, never fewer than the engine counts on. */
    private static int seconds(LockProposal proposal) {
        return proposal.lease()
                .map(lease -> (int) lease.plus(Duration.ofMillis(999)).toSeconds())
                .orElse(FIRST_SECONDS);
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

    /** Ends the lease, so that the refusal may promise that nothing was applied; else it is unknown for one lease. */
    private AcquireOutcome giveBack(LockProposal proposal, StatelockException refusal) {
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

    private AcquireOutcome refused(LockProposal proposal) {
        Optional<ObservedLock> holder;
        try {
            holder = sight.lookAfterRefusal(proposal.key(), proposal.info().id());
        } catch (StatelockException e) {
            return new AcquireOutcome.HolderGone(); // not readable: only what the write says counts
        }
        if (holder.isEmpty() || holder.get().expired() || sight.isAboutToSign(proposal.key(), holder.get())) {
            return new AcquireOutcome.HolderGone();
        }
        return new AcquireOutcome.Held(holder.get());
    }
}
