package io.github.statelock.azure;

import com.azure.storage.blob.models.BlobListDetails;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.ObservedLock;
import io.github.statelock.Remedy;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.azure.BlobFailure.Kind;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * States that are blobs. A version is the content's MD5 and the write that made it; the service's condition is the ETag,
 * which locks change too, so a refused condition is looked at once and the request sent again if the version still fits.
 *
 * <p>A write replaces the metadata, and with it would wipe the lock's signature: it takes along what is there, which no
 * other can have changed meanwhile, since the request names the ETag.
 */
final class BlobStateStore implements StateDriver {

    private final Blobs blobs;
    private final KnownBlobs known;
    private final Function<StateKey, Optional<ObservedLock>> locks;
    private final boolean snapshots;
    private final BlobHistory history;

    /**
     * States in those blobs.
     *
     * @param locks shows who holds a key's lock, for the error of a write without it
     * @param snapshots whether a write keeps the state before as a snapshot
     */
    BlobStateStore(Blobs blobs, KnownBlobs known, Function<StateKey, Optional<ObservedLock>> locks, boolean snapshots) {
        this.blobs = blobs;
        this.known = known;
        this.locks = locks;
        this.snapshots = snapshots;
        this.history = new BlobHistory(blobs);
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        try {
            BlobContent content = blobs.read(key);
            Optional<State> state = stateOf(key, content);
            known.learn(key, content.head());
            return state.map(s -> new StoredState(s, BlobMetadata.writeId(content.metadata())));
        } catch (BlobFailure e) {
            if (e.kind() == Kind.NO_BLOB) {
                known.forget(key);
                return Optional.empty();
            }
            throw e.refusal();
        }
    }

    /** The content as a state, once its MD5 is checked; no bytes are none. */
    static Optional<State> stateOf(StateKey key, BlobContent content) {
        BlobHead head = content.head();
        if (content.storedMd5().isPresent() && !content.storedMd5().equals(head.md5())) {
            String stored = content.storedMd5().get();
            throw new StateCorruptException(
                    "The state \"" + key + "\" has the MD5 " + head.md5().orElse("") + " and should have " + stored
                            + ". Read it again.",
                    Optional.of(BlobHead.version(stored, BlobMetadata.writeId(head.metadata()))),
                    List.of(new Remedy.Overwrite(
                            key, "If that does not help, write a copy that you trust over it with")),
                    null);
        }
        return head.version().map(version -> State.ofOwned(key, version, content.bytes()));
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        return change(write, base -> put(write, base));
    }

    private WriteOutcome put(StateWrite write, Optional<BlobHead> base) {
        Map<String, String> metadata = base.map(BlobHead::metadata).orElse(Map.of());
        keepOld(write, base);
        BlobHead written = blobs.put(
                write.key(),
                write.content(),
                BlobMetadata.written(metadata, write.writeId()),
                write.lockId(),
                base.map(BlobHead::etag));
        known.learn(write.key(), written);
        write.lockId().ifPresent(known::unmarkEmptied);
        return new WriteOutcome.Written(written.version().orElseThrow());
    }

    private void keepOld(StateWrite write, Optional<BlobHead> base) {
        if (snapshots && base.isPresent() && !base.get().isEmpty()) {
            blobs.snapshot(write.key(), write.lockId(), base.get().etag());
        }
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        return change(delete, base -> remove(delete, base));
    }

    /** Under a lock only the bytes go, since the blob carries the lock: it goes with the lock's release. */
    private WriteOutcome remove(StateWrite delete, Optional<BlobHead> base) {
        if (base.isEmpty() || base.get().isEmpty()) {
            delete.lockId().ifPresent(known::markEmptied);
            return new WriteOutcome.Deleted();
        }
        keepOld(delete, base);
        boolean emptied =
                delete.lockId().isPresent() || BlobMetadata.hasFence(base.get().metadata());
        if (emptied || !deleteBlob(delete.key(), base.get())) {
            empty(delete, base.get());
        }
        return new WriteOutcome.Deleted();
    }

    private boolean deleteBlob(StateKey key, BlobHead base) {
        try {
            blobs.delete(key, Optional.empty(), base.etag());
            known.forget(key);
            return true;
        } catch (BlobFailure e) {
            if (e.kind() == Kind.HAS_SNAPSHOTS) {
                return false; // they are the state's history
            }
            throw e;
        }
    }

    private void empty(StateWrite delete, BlobHead base) {
        Map<String, String> metadata = BlobMetadata.emptied(base.metadata());
        known.learn(
                delete.key(),
                blobs.put(delete.key(), new byte[0], metadata, delete.lockId(), Optional.of(base.etag())));
        delete.lockId().ifPresent(known::markEmptied);
    }

    /** Sends a change on the blob as it is known; where that is not (any more) so, looks once and sends it again. */
    private WriteOutcome change(StateWrite change, Function<Optional<BlobHead>, WriteOutcome> send) {
        try {
            Optional<BlobHead> base = known.head(change.key());
            boolean creates = change.condition() instanceof WriteCondition.IfAbsent && change.content().length > 0;
            if (base.isPresent() ? !holds(change, base) : !creates) {
                base = look(change.key());
                return holds(change, base) ? sendOnce(change, base, send) : refusal(change, base);
            }
            try {
                return send.apply(base);
            } catch (BlobFailure e) {
                if (e.kind() != Kind.CHANGED && e.kind() != Kind.NO_BLOB) {
                    throw e;
                }
            }
            base = look(change.key());
            return holds(change, base) ? sendOnce(change, base, send) : refusal(change, base);
        } catch (BlobFailure e) {
            known.forget(change.key());
            return failed(change, e);
        }
    }

    private WriteOutcome sendOnce(
            StateWrite change, Optional<BlobHead> base, Function<Optional<BlobHead>, WriteOutcome> send) {
        try {
            return send.apply(base);
        } catch (BlobFailure e) {
            if (e.kind() == Kind.CHANGED || e.kind() == Kind.NO_BLOB) {
                known.forget(change.key());
                return new WriteOutcome.Refused();
            }
            throw e;
        }
    }

    /** What is gone already is deleted, whatever its version was. */
    private static WriteOutcome refusal(StateWrite change, Optional<BlobHead> actual) {
        boolean gone = actual.isEmpty() || actual.get().isEmpty();
        return gone && change.content().length == 0 ? new WriteOutcome.Deleted() : new WriteOutcome.Refused();
    }

    private static boolean holds(StateWrite change, Optional<BlobHead> base) {
        if (change.condition() instanceof WriteCondition.IfVersion v) {
            return base.flatMap(BlobHead::version).equals(Optional.of(v.version()));
        }
        return change.condition() instanceof WriteCondition.Unconditional
                || base.isEmpty()
                || base.get().isEmpty();
    }

    /** The blob as it is now, with its version. */
    private Optional<BlobHead> look(StateKey key) {
        try {
            BlobHead head = blobs.head(key, Optional.empty()).head();
            if (!head.isVersionKnown()) {
                head = blobs.read(key).head();
            }
            known.learn(key, head);
            return Optional.of(head);
        } catch (BlobFailure e) {
            if (e.kind() == Kind.NO_BLOB) {
                known.forget(key);
                return Optional.empty();
            }
            throw e;
        }
    }

    private WriteOutcome failed(StateWrite change, BlobFailure e) {
        return switch (e.kind()) {
            case LEASED -> notOurLease(change);
            case UNANSWERED -> new WriteOutcome.Unknown(e.refusal());
            case REFUSED -> throw e.refusal();
            default -> new WriteOutcome.Refused();
        };
    }

    /** Nothing was applied: the lock is another's, or nobody's any more, or it was not named. */
    private WriteOutcome notOurLease(StateWrite change) {
        if (change.lockId().isPresent()) {
            throw new LockLostException(
                    change.key(), change.lockId().get(), "the service says that its lease is not this lock's any more");
        }
        Optional<ObservedLock> holder = locks.apply(change.key()).filter(lock -> !lock.expired());
        if (holder.isPresent()) {
            throw new LockHeldException(holder.get(), Duration.ZERO);
        }
        return new WriteOutcome.Refused();
    }

    @Override
    public List<StateKey> list(String prefix) {
        return notEmpty(prefix).stream()
                .flatMap(blob -> blob.key().stream())
                .sorted()
                .toList();
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return notEmpty(prefix).stream()
                .flatMap(blob -> blob.leftOut().stream())
                .sorted(Comparator.comparing(StateStore.LeftOut::name))
                .toList();
    }

    private List<ListedBlob> notEmpty(String prefix) {
        try {
            return blobs.list(
                    prefix, new BlobListDetails(), item -> item.getProperties().getContentLength() > 0);
        } catch (BlobFailure e) {
            throw e.refusal();
        }
    }

    /** Whether this backend itself keeps old versions. The account may keep them besides: they show in the history. */
    @Override
    public boolean keepsHistory() {
        return snapshots;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return history.of(key);
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return history.read(key, version);
    }
}
