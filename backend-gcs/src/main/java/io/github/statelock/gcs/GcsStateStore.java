package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.Remedy;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** States as objects; a version is a generation. */
final class GcsStateStore implements StateDriver {

    private static final String WRITE_ID = "statelock-write";
    /** The service takes one change of an object in a second, and so is never faster; an emulator may be. */
    private static final int READS = 20;

    private static final BlobGetOption FIELDS = BlobGetOption.fields(
            BlobField.NAME,
            BlobField.GENERATION,
            BlobField.SIZE,
            BlobField.METADATA,
            BlobField.CRC32C,
            BlobField.MD5HASH,
            BlobField.CONTENT_ENCODING);

    private final GcsObjects objects;
    private final GcsNames names;
    private final StateEncryption encryption;
    private final boolean versioning;

    GcsStateStore(GcsObjects objects, StateEncryption encryption, boolean versioning) {
        this.objects = objects;
        this.names = objects.names();
        this.encryption = encryption;
        this.versioning = versioning;
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        String name = names.state(key);
        @Nullable BlobInfo broken = null;
        for (int i = 0; i < READS; i++) {
            Optional<BlobInfo> object = objects.get(name, fields());
            if (object.isEmpty() || isEmpty(object.get())) {
                return Optional.empty();
            }
            Optional<byte[]> content = objects.content(object.get(), encryption.forRead());
            if (content.isPresent() && isWhole(object.get(), content.get())) {
                return Optional.of(stored(key, object.get(), content.get()));
            }
            if (broken != null && broken.getGeneration().equals(object.get().getGeneration())) {
                throw corrupt(key, broken);
            }
            broken = content.isPresent() ? object.get() : null; // else it was replaced between the two requests
        }
        throw new BackendUnavailableException("The state \"" + key + "\" changes faster than it can be read", null);
    }

    private BlobGetOption[] fields() {
        return encryption
                .forMetadata()
                .map(key -> new BlobGetOption[] {FIELDS, key})
                .orElse(new BlobGetOption[] {FIELDS});
    }

    /** An answer may leave a size of zero out; the checksum tells then. */
    private static boolean isEmpty(BlobInfo object) {
        Long size = object.getSize();
        return size == null ? Checksums.areOfNothing(object) : size == 0;
    }

    /** The checksums are those of the stored bytes; what is stored compressed arrives unpacked. */
    private static boolean isWhole(BlobInfo object, byte[] content) {
        return "gzip".equals(object.getContentEncoding()) || Checksums.match(object, content);
    }

    private StateCorruptException corrupt(StateKey key, BlobInfo object) {
        return new StateCorruptException(
                "The content of the state \"" + key + "\" does not match the checksum of " + names.uri(object.getName())
                        + ", generation " + object.getGeneration()
                        + ": it is damaged, or was on its way twice. Read it again.",
                Optional.of(version(object)),
                List.of(new Remedy.Overwrite(key, "If that does not help, write a copy that you trust over it with")),
                null);
    }

    private static StoredState stored(StateKey key, BlobInfo object, byte[] content) {
        @Nullable Map<String, @Nullable String> metadata = object.getMetadata();
        @Nullable String writeId = metadata == null ? null : metadata.get(WRITE_ID);
        return new StoredState(State.ofOwned(key, version(object), content), Optional.ofNullable(writeId));
    }

    private static StateVersion version(BlobInfo object) {
        return new StateVersion(Long.toString(object.getGeneration()));
    }

    private static Optional<Long> generation(StateVersion version) {
        try {
            return Optional.of(Long.parseLong(version.value()));
        } catch (NumberFormatException e) { // not a version of this store
            return Optional.empty();
        }
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        BlobInfo object = objects.object(names.state(write.key()))
                .setContentType("application/json")
                .setMetadata(Map.of(WRITE_ID, write.writeId()))
                .build();
        if (write.condition() instanceof WriteCondition.IfVersion base) {
            return generation(base.version())
                    .map(generation -> written(objects.replace(generation, object, write.content(), options())))
                    .orElseGet(WriteOutcome.Refused::new);
        }
        if (write.condition() instanceof WriteCondition.Unconditional) {
            return written(objects.put(object, write.content(), options()));
        }
        WriteOutcome outcome = written(objects.create(object, write.content(), options()));
        return outcome instanceof WriteOutcome.Refused ? overEmpty(object, write.content()) : outcome;
    }

    /** "If absent" was refused: an empty object is absent too, and is replaced in exactly that generation. */
    private WriteOutcome overEmpty(BlobInfo object, byte[] content) {
        return objects.get(object.getName(), fields())
                .filter(GcsStateStore::isEmpty)
                .map(empty -> written(objects.replace(empty.getGeneration(), object, content, options())))
                .orElseGet(WriteOutcome.Refused::new);
    }

    private BlobTargetOption[] options() {
        return encryption.forWrite();
    }

    private static WriteOutcome written(Answer<BlobInfo> answer) {
        if (answer instanceof Answer.Done<BlobInfo> done) {
            return new WriteOutcome.Written(version(done.value()));
        }
        return answer instanceof Answer.Unknown<BlobInfo> unknown
                ? new WriteOutcome.Unknown(unknown.cause())
                : new WriteOutcome.Refused();
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        String name = names.state(delete.key());
        if (delete.condition() instanceof WriteCondition.IfVersion base) {
            return generation(base.version())
                    .map(generation -> deleted(objects.delete(name, generation)))
                    .orElseGet(WriteOutcome.Refused::new);
        }
        if (delete.condition() instanceof WriteCondition.Unconditional) {
            return deleted(objects.delete(name));
        }
        boolean absent =
                objects.get(name, fields()).filter(object -> !isEmpty(object)).isEmpty();
        return absent ? new WriteOutcome.Deleted() : new WriteOutcome.Refused();
    }

    private static WriteOutcome deleted(Answer<Boolean> answer) {
        if (answer instanceof Answer.Done<Boolean>) {
            return new WriteOutcome.Deleted(); // by this request or before
        }
        return answer instanceof Answer.Unknown<Boolean> unknown
                ? new WriteOutcome.Unknown(unknown.cause())
                : new WriteOutcome.Refused();
    }

    @Override
    public List<StateKey> list(String prefix) {
        List<StateKey> keys = new ArrayList<>();
        forEachName(prefix, name -> names.keyOfState(name).ifPresent(keys::add));
        keys.sort(Comparator.naturalOrder());
        return keys;
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        List<StateStore.LeftOut> found = new ArrayList<>();
        forEachName(prefix, name -> names.leftOut(name).ifPresent(found::add));
        found.sort(Comparator.comparing(StateStore.LeftOut::name));
        return found;
    }

    private void forEachName(String prefix, Consumer<String> found) {
        objects.list(
                names.folder() + prefix,
                object -> {
                    if (!isEmpty(object)) {
                        found.accept(object.getName());
                    }
                },
                BlobListOption.fields(BlobField.NAME, BlobField.SIZE));
    }

    @Override
    public boolean keepsHistory() {
        return versioning;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return objects
                .versions(
                        names.state(key),
                        BlobListOption.fields(
                                BlobField.NAME, BlobField.GENERATION, BlobField.SIZE, BlobField.TIME_CREATED))
                .stream()
                .filter(object -> !isEmpty(object))
                .sorted(Comparator.comparing(BlobInfo::getGeneration).reversed())
                .map(GcsStateStore::revision)
                .toList();
    }

    private static StateStore.Revision revision(BlobInfo object) {
        @Nullable OffsetDateTime created = object.getCreateTimeOffsetDateTime();
        Long size = object.getSize();
        return new StateStore.Revision(
                version(object), created == null ? Instant.EPOCH : created.toInstant(), size == null ? 0 : size);
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        Optional<BlobInfo> object = generation(version)
                .flatMap(generation -> objects.get(names.state(key), generation, fields()))
                .filter(found -> !isEmpty(found));
        Optional<byte[]> content = object.flatMap(found -> objects.content(found, encryption.forRead()));
        if (content.isPresent() && !isWhole(object.orElseThrow(), content.get())) {
            throw corrupt(key, object.orElseThrow());
        }
        return content.map(bytes -> State.ofOwned(key, version, bytes));
    }
}
