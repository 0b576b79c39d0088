package io.github.statelock.s3;

import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * States with a digest item each. A write changes the object, then the digest; a delete removes the digest, then the object.
 *
 * <p>What is left when a writer stops in between: after the object, a digest that is the one the object says it replaced, which
 * the next holder of the lock mends; after the digest of a delete, a state without digest, which reads as it is.
 */
final class DigestedStates implements StateDriver {

    static final String BASE_MD5 = "statelock-base-md5";

    private static final int DIGEST_ATTEMPTS = 2;

    private final S3StateStore states;
    private final DigestItems digests;
    private final DigestReads reads;
    private final BaseDigests bases = new BaseDigests();

    DigestedStates(S3StateStore states, DigestItems digests, DigestReads reads) {
        this.states = states;
        this.digests = digests;
        this.reads = reads;
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return read(key, false);
    }

    @Override
    public Optional<StoredState> readUnderLock(StateKey key, String lockId) {
        return read(key, true);
    }

    private Optional<StoredState> read(StateKey key, boolean locked) {
        Optional<DigestReads.Read> read;
        try {
            read = reads.read(key, locked);
        } catch (StateCorruptException e) {
            bases.forget(key);
            throw e;
        }
        read.ifPresent(r -> bases.remember(key, new StateVersion(r.object().etag()), r.md5()));
        return read.map(r -> S3StateStore.stored(key, r.object()));
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        boolean always = write.condition() instanceof WriteCondition.Unconditional;
        Optional<String> old = always ? Optional.empty() : base(write);
        Map<String, String> metadata = old.map(md5 -> Map.of(BASE_MD5, md5)).orElse(Map.of());
        WriteOutcome outcome = states.write(write, metadata);
        if (!(outcome instanceof WriteOutcome.Written written)) {
            return outcome;
        }
        String md5 = Hashes.md5Hex(write.content());
        WriteOutcome end = replaceDigest(write.key(), always, old, md5, written);
        if (end.equals(written)) {
            bases.remember(write.key(), written.version(), md5);
        }
        return end;
    }

    /** The digest that goes with the base: known from the read, or asked for. */
    private Optional<String> base(StateWrite write) {
        if (!(write.condition() instanceof WriteCondition.IfVersion ifVersion)) {
            return Optional.empty();
        }
        return bases.of(write.key(), ifVersion.version()).or(() -> reads.digest(write.key()));
    }

    /**
     * The state is written; no error may claim that nothing was. Sending it again is safe: the next digest is as good as the old.
     * A refusal means that a later writer's digest is there, or one that belonged to nothing; either way this write was applied.
     */
    private WriteOutcome replaceDigest(
            StateKey key, boolean always, Optional<String> old, String md5, WriteOutcome.Written written) {
        Throwable trouble = new IllegalStateException("never sent");
        for (int attempt = 0; attempt < DIGEST_ATTEMPTS; attempt++) {
            try {
                if (always) {
                    digests.put(key, md5);
                } else {
                    digests.replace(key, old, md5);
                }
                return written;
            } catch (RuntimeException e) {
                if (S3Errors.isConditionFailed(e)) {
                    return written;
                }
                Optional<StatelockException> refused = S3Errors.notApplied(e, "dynamodb:PutItem", digests.place());
                trouble = refused.isPresent() ? refused.get() : e;
            }
        }
        return new WriteOutcome.Unknown(trouble);
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        StateKey key = delete.key();
        try {
            if (delete.condition() instanceof WriteCondition.Unconditional) {
                digests.removeAny(key);
            } else {
                Optional<String> old = base(delete);
                if (old.isPresent()) {
                    digests.remove(key, old.get());
                }
            }
        } catch (RuntimeException e) {
            if (S3Errors.isConditionFailed(e)) {
                return new WriteOutcome.Refused();
            }
            S3Errors.notApplied(e, "dynamodb:DeleteItem", digests.place()).ifPresent(refused -> {
                throw refused;
            });
            return new WriteOutcome.Unknown(e);
        }
        return afterDigest(delete);
    }

    /** The digest may be gone: an error must not claim that nothing was applied. */
    private WriteOutcome afterDigest(StateWrite delete) {
        try {
            return states.delete(delete);
        } catch (StatelockException e) {
            return new WriteOutcome.Unknown(e);
        }
    }

    /**
     * Makes the digest that of the state, once S3's own checksum has proved the state whole. For the holder of the key's lock.
     *
     * @throws StateCorruptException if the state cannot be proved
     */
    void repair(StateKey key) {
        reads.repair(key);
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return states.leftOut(prefix);
    }

    @Override
    public List<StateKey> list(String prefix) {
        return states.list(prefix);
    }

    @Override
    public boolean keepsHistory() {
        return states.keepsHistory();
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return states.history(key);
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return states.read(key, version);
    }
}
