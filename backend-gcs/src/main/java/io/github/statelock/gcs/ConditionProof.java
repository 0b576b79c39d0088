package io.github.statelock.gcs;

import com.google.cloud.storage.BlobInfo;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves that a store which is not Google's refuses changes whose preconditions do not hold. Some emulators ignore them
 * silently: there a lock would exclude nobody, and a paused holder's release would free its successor. Safe for use by
 * several threads.
 */
final class ConditionProof implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ConditionProof.class);
    private static final byte[] CONTENT = {'1'};

    private final GcsObjects objects;

    ConditionProof(GcsObjects objects) {
        this.objects = objects;
    }

    /**
     * Returns if the store honours preconditions.
     *
     * @throws BackendMisconfiguredException if it ignores them
     */
    @Override
    public void run() {
        prove(objects.names().probe(UUID.randomUUID().toString()));
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
            remove(name);
        }
    }

    /** What cannot be removed proves nothing. */
    private void remove(String name) {
        try {
            objects.delete(name);
        } catch (StatelockException e) {
            LOG.debug("The probe {} could not be removed", objects.names().uri(name), e);
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
