package io.github.statelock.gcs;

import com.google.api.gax.paging.Page;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.Storage.BucketGetOption;
import com.google.cloud.storage.StorageException;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.gcs.GcsErrors.Meaning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The objects of one bucket: single requests, their errors told apart. Safe for use by several threads. */
final class GcsObjects {

    private final Storage storage;
    private final GcsNames names;
    private final Optional<String> userProject;
    private final Optional<JdkTransport> transport;
    private volatile boolean bucketSeen;

    GcsObjects(Storage storage, GcsNames names, Optional<String> userProject) {
        this.storage = storage;
        this.names = names;
        this.userProject = userProject;
        this.transport = JdkTransport.of(storage);
    }

    GcsNames names() {
        return names;
    }

    BlobInfo.Builder object(String name) {
        return BlobInfo.newBuilder(names.bucket(), name);
    }

    /** The bucket's settings; empty if there is no such bucket. Needs a permission that nothing else does. */
    Optional<BucketInfo> bucket() {
        BucketGetOption[] options =
                userProject.map(BucketGetOption::userProject).stream().toArray(BucketGetOption[]::new);
        return read("", () -> Optional.ofNullable(storage.get(names.bucket(), options)));
    }

    /** The object's metadata; empty if there is no such object. */
    Optional<BlobInfo> get(String name, BlobGetOption... options) {
        return get(BlobId.of(names.bucket(), name), options);
    }

    /** The metadata of one generation, also of an old one that the bucket keeps. */
    Optional<BlobInfo> get(String name, long generation, BlobGetOption... options) {
        return get(BlobId.of(names.bucket(), name, generation), options)
                .filter(found -> found.getGeneration() == generation); // an emulator gives the newest instead
    }

    private Optional<BlobInfo> get(BlobId id, BlobGetOption... options) {
        List<BlobGetOption> all = new ArrayList<>(List.of(options));
        userProject.map(BlobGetOption::userProject).ifPresent(all::add);
        @Nullable Blob found = read(id.getName(), () -> storage.get(id, all.toArray(BlobGetOption[]::new)));
        if (found == null && !bucketSeen) {
            requireBucket(id.getName());
        }
        bucketSeen = true;
        return Optional.ofNullable(found);
    }

    /** The service answers 404 for a missing object and a missing bucket alike, and the client hides which. Asked once. */
    private void requireBucket(String name) {
        try {
            read(name, () -> firstPage(name, BlobListOption.pageSize(1)));
        } catch (BackendDeniedException e) {
            bucketSeen = true; // whoever may not list objects learns of a missing bucket from a refused write
        }
    }

    /** The content of that generation; empty if it is gone. */
    Optional<byte[]> content(BlobInfo object, BlobSourceOption... options) {
        List<BlobSourceOption> all = new ArrayList<>(List.of(options));
        userProject.map(BlobSourceOption::userProject).ifPresent(all::add);
        BlobId id = BlobId.of(names.bucket(), object.getName(), object.getGeneration());
        return read(object.getName(), () -> {
            try {
                return Optional.of(storage.readAllBytes(id, all.toArray(BlobSourceOption[]::new)));
            } catch (StorageException e) {
                Meaning meaning = GcsErrors.meaning(e);
                if (meaning == Meaning.MISSING || meaning == Meaning.REFUSED) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    /** All objects whose names have the prefix, page by page. */
    void list(String prefix, Consumer<BlobInfo> each, BlobListOption... options) {
        read(prefix, () -> {
            firstPage(prefix, options).iterateAll().forEach(each);
            return true;
        });
    }

    /** All versions of one object. Names are listed in order, its own before all that begin with it. */
    List<Blob> versions(String name, BlobListOption... options) {
        List<BlobListOption> all = new ArrayList<>(List.of(options));
        all.add(BlobListOption.versions(true));
        return read(
                name,
                () -> firstPage(name, all.toArray(BlobListOption[]::new))
                        .streamAll()
                        .takeWhile(object -> object.getName().equals(name))
                        .toList());
    }

    private Page<Blob> firstPage(String prefix, BlobListOption... options) {
        List<BlobListOption> all = new ArrayList<>(List.of(options));
        all.add(BlobListOption.prefix(prefix));
        userProject.map(BlobListOption::userProject).ifPresent(all::add);
        return storage.list(names.bucket(), all.toArray(BlobListOption[]::new));
    }

    private <T> T read(String name, Supplier<T> request) {
        try {
            return send(name, request);
        } catch (StorageException e) {
            throw GcsErrors.toThrow(e, names.uri(name));
        }
    }

    /** What fails before anything is sent, such as for the want of a token, has surely changed nothing. */
    private <T> T send(String name, Supplier<T> request) {
        transport.ifPresent(JdkTransport::watch);
        try {
            return request.get();
        } catch (RuntimeException e) {
            throw transport.filter(JdkTransport::hasSentNothing).isPresent()
                    ? GcsErrors.notSent(e, names.uri(name))
                    : e;
        }
    }

    /** Creates an object if there is none of that name. */
    Answer<BlobInfo> create(BlobInfo object, byte[] content, BlobTargetOption... options) {
        return insert(object, content, false, List.of(BlobTargetOption.doesNotExist()), options);
    }

    /** Replaces exactly that version of an object. */
    Answer<BlobInfo> replace(ObjectVersion version, BlobInfo object, byte[] content, BlobTargetOption... options) {
        return insert(object, content, true, conditions(version), options);
    }

    /** Replaces that generation of an object, whatever its metadata is by now. */
    Answer<BlobInfo> replace(long generation, BlobInfo object, byte[] content, BlobTargetOption... options) {
        return insert(object, content, true, List.of(BlobTargetOption.generationMatch(generation)), options);
    }

    /** Writes an object whatever is there. */
    Answer<BlobInfo> put(BlobInfo object, byte[] content, BlobTargetOption... options) {
        return insert(object, content, false, List.of(), options);
    }

    private Answer<BlobInfo> insert(
            BlobInfo object,
            byte[] content,
            boolean missingIsRefused,
            List<BlobTargetOption> conditions,
            BlobTargetOption... options) {
        List<BlobTargetOption> all = new ArrayList<>(conditions);
        all.addAll(List.of(options));
        userProject.map(BlobTargetOption::userProject).ifPresent(all::add);
        return change(
                object.getName(),
                missingIsRefused,
                () -> storage.create(object, content, all.toArray(BlobTargetOption[]::new)));
    }

    /** Writes metadata of exactly that version of an object. */
    Answer<BlobInfo> patch(ObjectVersion version, BlobInfo metadata) {
        List<BlobTargetOption> all = new ArrayList<>(conditions(version));
        userProject.map(BlobTargetOption::userProject).ifPresent(all::add);
        return change(metadata.getName(), true, () -> storage.update(metadata, all.toArray(BlobTargetOption[]::new)));
    }

    private static List<BlobTargetOption> conditions(ObjectVersion version) {
        return List.of(
                BlobTargetOption.generationMatch(version.generation()),
                BlobTargetOption.metagenerationMatch(version.metageneration()));
    }

    /** Deletes exactly that version of an object; false if there was none. */
    Answer<Boolean> delete(String name, ObjectVersion version) {
        return delete(
                name,
                BlobSourceOption.generationMatch(version.generation()),
                BlobSourceOption.metagenerationMatch(version.metageneration()));
    }

    /** Deletes that generation of an object, whatever its metadata is by now; false if there was none. */
    Answer<Boolean> delete(String name, long generation) {
        return delete(name, BlobSourceOption.generationMatch(generation));
    }

    /** Deletes that generation of an object, also an old one that the bucket keeps; false if there was none. */
    Answer<Boolean> deleteGeneration(String name, long generation) {
        BlobSourceOption[] options =
                userProject.map(BlobSourceOption::userProject).stream().toArray(BlobSourceOption[]::new);
        BlobId id = BlobId.of(names.bucket(), name, generation);
        return change(name, true, () -> storage.delete(id, options));
    }

    /** Deletes an object; false if there was none. */
    Answer<Boolean> delete(String name, BlobSourceOption... conditions) {
        List<BlobSourceOption> all = new ArrayList<>(List.of(conditions));
        userProject.map(BlobSourceOption::userProject).ifPresent(all::add);
        BlobId id = BlobId.of(names.bucket(), name);
        return change(name, true, () -> storage.delete(id, all.toArray(BlobSourceOption[]::new)));
    }

    private <T> Answer<T> change(String name, boolean missingIsRefused, Supplier<T> request) {
        try {
            T value = send(name, request);
            bucketSeen = true;
            return new Answer.Done<>(value);
        } catch (StorageException e) {
            Meaning meaning = GcsErrors.meaning(e);
            if (meaning == Meaning.REFUSED || (meaning == Meaning.MISSING && missingIsRefused)) {
                return new Answer.Refused<>();
            }
            if (meaning == Meaning.UNKNOWN) {
                return new Answer.Unknown<>(e);
            }
            throw GcsErrors.toThrow(e, names.uri(name));
        }
    }
}
