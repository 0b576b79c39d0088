package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.s3.S3Requests.If;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * States as objects. A version is an ETag: equal bytes are the same version. Where there is a table, {@link DigestedStates}
 * adds the digest.
 */
final class S3StateStore implements StateDriver {

    static final String WRITE_ID = "statelock-write";

    private static final int MOST_READS = 3;

    private final S3Requests s3;
    private final Layout layout;
    private final S3History history;
    private final Duration timeout;
    private final Duration changeTimeout;
    private final int maxBytes;
    private final BucketVersioning versioning;

    /** How long and how large a transfer may be. */
    record Limits(Duration transferTimeout, Duration changeTimeout, int maxBytes) {}

    S3StateStore(S3Requests s3, Layout layout, Limits limits, BucketVersioning versioning) {
        this.s3 = s3;
        this.layout = layout;
        this.timeout = limits.transferTimeout();
        this.changeTimeout = limits.changeTimeout();
        this.maxBytes = limits.maxBytes();
        this.versioning = versioning;
        this.history = new S3History(s3, timeout);
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return fetch(key, Optional.empty()).map(object -> stored(key, object));
    }

    /** The object as it is; empty if absent or of zero bytes. What went wrong on the way is read again. */
    Optional<S3Requests.Fetched> fetch(StateKey key, Optional<String> versionId) {
        String object = layout.stateObject(key);
        for (int reads = 0; reads < MOST_READS; reads++) {
            Optional<S3Requests.Fetched> fetched;
            try {
                fetched = fetchOnce(object, versionId);
            } catch (RuntimeException e) {
                if (S3Errors.isChecksumMismatch(e)) {
                    continue;
                }
                throw S3Errors.ofRead(e, "s3:GetObject", s3.url(object));
            }
            if (fetched.filter(f -> !isWhole(f)).isEmpty()) {
                return fetched.filter(f -> f.bytes().length > 0);
            }
        }
        throw new StateCorruptException(
                "What was read of " + s3.url(object)
                        + " does not have the checksum that S3 keeps of it. Read it again; if it"
                        + " stays so, restore an older version of the object.",
                null);
    }

    private Optional<S3Requests.Fetched> fetchOnce(String object, Optional<String> versionId) {
        S3Requests.Fetched fetched;
        try {
            fetched = s3.get(object, versionId, maxBytes, timeout);
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return Optional.empty();
            }
            throw e;
        }
        if (fetched.oversized()) {
            throw new BackendMisconfiguredException(
                    "The state " + s3.url(object) + " has more than " + maxBytes + " bytes (maxStateBytes).", null);
        }
        return Optional.of(fetched);
    }

    private static boolean isWhole(S3Requests.Fetched fetched) {
        return fetched.sha256().isEmpty() || fetched.sha256().get().equals(Hashes.sha256Base64(fetched.bytes()));
    }

    static StoredState stored(StateKey key, S3Requests.Fetched object) {
        return new StoredState(
                State.ofOwned(key, new StateVersion(object.etag()), object.bytes()),
                Optional.ofNullable(object.metadata().get(WRITE_ID)));
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        return write(write, Map.of());
    }

    /** Writes with further metadata. */
    WriteOutcome write(StateWrite write, Map<String, String> metadata) {
        Optional<If> condition = condition(write.condition());
        if (condition.isEmpty()) {
            return new WriteOutcome.Refused();
        }
        WriteOutcome outcome = put(write, condition.get(), metadata);
        return outcome instanceof WriteOutcome.Refused && condition.get() instanceof If.Absent
                ? overEmpty(write, metadata)
                : outcome;
    }

    private WriteOutcome put(StateWrite write, If condition, Map<String, String> metadata) {
        String object = layout.stateObject(write.key());
        Map<String, String> all = new HashMap<>(metadata);
        all.put(WRITE_ID, write.writeId());
        try {
            return new WriteOutcome.Written(
                    new StateVersion(s3.put(object, write.content(), condition, all, changeTimeout)));
        } catch (RuntimeException e) {
            if (S3Errors.isConditionFailed(e) || S3Errors.isMissing(e)) {
                return new WriteOutcome.Refused();
            }
            return failed(e, "s3:PutObject", object);
        }
    }

    /** An object of zero bytes is absent, but the store does not know that. */
    private WriteOutcome overEmpty(StateWrite write, Map<String, String> metadata) {
        return head(write.key())
                .filter(head -> head.length() == 0)
                .map(head -> put(write, new If.Matches(head.etag()), metadata))
                .orElseGet(WriteOutcome.Refused::new);
    }

    private Optional<S3Requests.Head> head(StateKey key) {
        String object = layout.stateObject(key);
        try {
            return Optional.of(s3.head(object, timeout));
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return Optional.empty();
            }
            throw S3Errors.ofRead(e, "s3:GetObject", s3.url(object));
        }
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        Optional<If> condition = condition(delete.condition());
        if (condition.isEmpty()) {
            return new WriteOutcome.Refused();
        }
        if (condition.get() instanceof If.Absent) {
            return head(delete.key()).filter(head -> head.length() > 0).isPresent()
                    ? new WriteOutcome.Refused()
                    : new WriteOutcome.Deleted();
        }
        String object = layout.stateObject(delete.key());
        try {
            s3.delete(object, condition.get(), changeTimeout);
            return new WriteOutcome.Deleted();
        } catch (RuntimeException e) {
            if (S3Errors.isMissing(e)) {
                return new WriteOutcome.Deleted();
            }
            if (S3Errors.isConditionFailed(e)) {
                return new WriteOutcome.Refused();
            }
            return failed(e, "s3:DeleteObject", object);
        }
    }

    private WriteOutcome failed(RuntimeException e, String action, String object) {
        S3Errors.notApplied(e, action, s3.url(object)).ifPresent(refused -> {
            throw refused;
        });
        return new WriteOutcome.Unknown(e);
    }

    /** Empty for a version that no object can have. */
    private static Optional<If> condition(WriteCondition condition) {
        if (condition instanceof WriteCondition.IfVersion ifVersion) {
            String etag = ifVersion.version().value();
            return S3History.isEtag(etag) ? Optional.of(new If.Matches(etag)) : Optional.empty();
        }
        return Optional.of(condition instanceof WriteCondition.IfAbsent ? new If.Absent() : new If.Always());
    }

    @Override
    public List<StateKey> list(String prefix) {
        return S3Listing.objects(s3, layout.prefix() + prefix, 1, timeout).stream()
                .flatMap(object -> layout.keyOfState(object).stream())
                .sorted()
                .toList();
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return S3Listing.objects(s3, layout.prefix() + prefix, 1, timeout).stream()
                .flatMap(object -> layout.leftOut(object).stream())
                .sorted(Comparator.comparing(StateStore.LeftOut::name))
                .toList();
    }

    @Override
    public boolean keepsHistory() {
        return versioning.isOn();
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return history.of(layout.stateObject(key));
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return history.find(layout.stateObject(key), version)
                .flatMap(kept -> fetch(key, kept.versionId()))
                .filter(object -> object.etag().equals(version.value()))
                .map(object -> stored(key, object).state());
    }
}
