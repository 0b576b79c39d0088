package io.github.statelock.s3;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.s3.S3Requests.If;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proves that a store checks conditions, with an object of its own. A store that ignores them would give one lock to two
 * holders and say nothing. Safe for use by several threads.
 */
final class ConditionProbe implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ConditionProbe.class);
    private static final If NEVER = new If.Matches("00000000000000000000000000000000");

    private final S3Requests s3;
    private final Layout layout;
    private final BucketVersioning versioning;
    private final Duration timeout;
    private volatile boolean deletesConditionally = true;

    /**
     * A probe.
     *
     * @param versioning whether the bucket keeps what is deleted, so that the probe is to be removed from there too
     */
    ConditionProbe(S3Requests s3, Layout layout, BucketVersioning versioning, Duration timeout) {
        this.s3 = s3;
        this.layout = layout;
        this.versioning = versioning;
        this.timeout = timeout;
    }

    /** Whether the store checks the condition of a DELETE too; true until the proof has run. */
    boolean deletesConditionally() {
        return deletesConditionally;
    }

    /**
     * Runs the proof.
     *
     * @throws BackendMisconfiguredException if the store does not check the condition of a PUT
     */
    @Override
    public void run() {
        String object = layout.probeObject(UUID.randomUUID().toString());
        try {
            put(object, "first", new If.Absent());
            requireRefusal(object, "If-None-Match: *", new If.Absent());
            requireRefusal(object, "If-Match", NEVER);
            deletesConditionally = refusesDelete(object);
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "s3:PutObject and s3:DeleteObject", s3.url(object));
        } finally {
            remove(object);
        }
    }

    private void requireRefusal(String object, String header, If condition) {
        try {
            put(object, "second", condition);
        } catch (RuntimeException e) {
            if (S3Errors.isConditionFailed(e)) {
                return;
            }
            throw e;
        }
        throw new BackendMisconfiguredException(
                "The store behind s3://" + s3.bucket() + " ignores " + header
                        + ": a write that it should have refused went"
                        + " through. Locks on it would exclude nobody. Use a store or a version of it that supports"
                        + " conditional writes, or keep the locks elsewhere.",
                null);
    }

    private boolean refusesDelete(String object) {
        try {
            s3.delete(object, NEVER, timeout);
        } catch (RuntimeException e) {
            if (S3Errors.isConditionFailed(e)) {
                return true;
            }
            if (!S3Errors.isUnsupported(e)) {
                throw e;
            }
        }
        LOG.warn(
                "The store behind s3://{} does not check the condition of a DELETE: only locks without lease",
                s3.bucket());
        return false;
    }

    private void put(String object, String content, If condition) {
        s3.put(object, content.getBytes(StandardCharsets.US_ASCII), condition, Map.of(), timeout);
    }

    private void remove(String object) {
        try {
            s3.delete(object, new If.Always(), timeout);
            if (versioning.isOn()) {
                List<String> left = S3Versions.purge(s3, object, List.of(object), timeout);
                LOG.debug("Old versions of the probe that could not be removed: {}", left);
            }
        } catch (RuntimeException e) {
            LOG.debug("The probe {} could not be removed", s3.url(object), e);
        }
    }
}
