package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Proves once that a store which is not Google's refuses changes whose preconditions do not hold. Some emulators ignore them
 * silently: there a lock would exclude nobody, and a paused holder's release would free its successor. Safe for use by
 * several threads; two that prove at once do no harm.
 */
final class ConditionProof {

    private static final byte[] CONTENT = {'1'};

    private final GcsObjects objects;
    private final AtomicBoolean proved;

    ConditionProof(GcsObjects objects, boolean needed) {
        this.objects = objects;
        this.proved = new AtomicBoolean(!needed);
    }

    /**
     * Returns if the store's conditions are proved, now or before.
     *
     * @throws BackendMisconfiguredException if it ignores them
     */
    void require() {
        if (!proved.get()) {
            prove(objects.names().probe(UUID.randomUUID().toString()));
            proved.set(true);
        }
    }

    private void prove(String name) {
        BlobInfo probe = objects.object(name).build();
        BlobInfo made = done(objects.create(probe, CONTENT));
        ObjectVersion version = ObjectVersion.of(made);
        try {
            refused("inserts", objects.create(probe, CONTENT));
            ObjectVersion otherContent = new ObjectVersion(version.generation() + 1, version.metageneration());
            ObjectVersion otherMetadata = new ObjectVersion(version.generation(), version.metageneration() + 1);
            BlobInfo metadata =
                    objects.object(name).setMetadata(Map.of("probe", "1")).build();
            refused("patches", objects.patch(otherMetadata, metadata));
            refused("deletes", objects.delete(name, otherContent));
            refused("deletes", objects.delete(name, otherMetadata));
        } finally {
            objects.delete(name);
        }
    }

    private void refused(String changes, Answer<?> answer) {
        if (answer instanceof Answer.Done<?>) {
            throw new BackendMisconfiguredException(
                    "The store of gs://" + objects.names().bucket() + " ignores the preconditions of " + changes
                            + ", so no lock in it would exclude anybody. Google Cloud Storage honours them; of"
                            + " emulators, use one that does.",
                    null);
        }
        if (answer instanceof Answer.Unknown<?> unknown) {
            throw unanswered(unknown.cause());
        }
    }

    private static <T> T done(Answer<T> answer) {
        if (answer instanceof Answer.Done<T> done) {
            return done.value();
        }
        throw unanswered(answer instanceof Answer.Unknown<T> unknown ? unknown.cause() : null);
    }

    private static BackendUnavailableException unanswered(@Nullable Throwable cause) {
        return new BackendUnavailableException("Whether the store honours preconditions could not be asked", cause);
    }
}
