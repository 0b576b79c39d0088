package io.github.statelock.s3;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.Remedy;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.StatelockException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads states side by side with their digests. While a writer is between the two, they do not match: such a pair is read
 * again for a while. Safe for use by several threads.
 */
final class DigestReads {

    private static final Logger LOG = LoggerFactory.getLogger(DigestReads.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final S3StateStore states;
    private final DigestItems digests;
    private final Executor sideReads;
    private final Duration patience;

    /**
     * Reads of states and digests.
     *
     * @param sideReads runs the reads of digests
     * @param patience how long a mismatch is read again
     */
    DigestReads(S3StateStore states, DigestItems digests, Executor sideReads, Duration patience) {
        this.states = states;
        this.digests = digests;
        this.sideReads = sideReads;
        this.patience = patience;
    }

    /** A state that matches its digest. */
    record Read(S3Requests.Fetched object, String md5) {}

    /** A state and a digest, read at about the same time. */
    private record Pair(Optional<Read> state, Optional<String> digest) {

        boolean matches() {
            return digest.isEmpty() || digest.equals(state.map(Read::md5));
        }

        /** Whether the digest is the one that the state replaced: its writer stopped before it came to the digest. */
        boolean isHalfWritten() {
            Optional<String> replaced = state.map(s -> s.object().metadata().get(DigestedStates.BASE_MD5));
            return digest.isPresent() && digest.equals(replaced);
        }
    }

    /**
     * Reads a state.
     *
     * @param locked whether the caller holds the key's lock, so that a half-written pair is nobody's work in progress
     */
    Optional<Read> read(StateKey key, boolean locked) {
        long start = System.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Pair pair = readBoth(key);
            if (pair.matches() || (locked && pair.isHalfWritten() && mend(key, pair))) {
                return pair.state();
            }
            if (System.nanoTime() - start >= patience.toNanos()) {
                throw corrupt(key, pair);
            }
            LockSupport.parkNanos(pause.toNanos());
            Duration longer = pause.multipliedBy(2);
            pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    private Pair readBoth(StateKey key) {
        CompletableFuture<Optional<String>> digest = CompletableFuture.supplyAsync(() -> digest(key), sideReads);
        Optional<Read> state =
                states.fetch(key, Optional.empty()).map(object -> new Read(object, Hashes.md5Hex(object.bytes())));
        try {
            return new Pair(state, digest.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof StatelockException known ? known : e;
        }
    }

    Optional<String> digest(StateKey key) {
        try {
            return digests.read(key);
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:GetItem", digests.place());
        }
    }

    /** Puts the digest that the dead writer did not come to; false if somebody else was quicker. */
    private boolean mend(StateKey key, Pair pair) {
        String md5 = pair.state().orElseThrow().md5();
        try {
            digests.mend(key, pair.digest().orElseThrow(), md5);
            LOG.info("The digest of \"{}\" was put right: its last writer had written the state only", key);
            return true;
        } catch (RuntimeException e) {
            if (S3Errors.isConditionFailed(e)) {
                return false;
            }
            throw S3Errors.notApplied(e, "dynamodb:PutItem", digests.place())
                    .orElseGet(() -> new BackendUnavailableException(
                            "Whether the digest of \"" + key + "\" was put right is not known; reading again is safe",
                            e));
        }
    }

    /** See {@link DigestedStates#repair}. */
    void repair(StateKey key) {
        Pair pair = readBoth(key);
        if (pair.matches()) {
            return;
        }
        String stored = pair.digest().orElseThrow();
        try {
            if (pair.state().isEmpty()) {
                digests.remove(key, stored);
                return;
            }
            Read state = pair.state().get();
            if (!isProved(state)) {
                throw new StateCorruptException(
                        "The digest of \"" + key
                                + "\" was not repaired: S3 keeps no checksum of the whole state that would"
                                + " prove it. Write the state again from a copy that you trust.",
                        null);
            }
            digests.mend(key, stored, state.md5());
        } catch (RuntimeException e) {
            throw S3Errors.ofRead(e, "dynamodb:PutItem and dynamodb:DeleteItem", digests.place());
        }
    }

    /** Whether a hash that the store keeps is that of what was read. Its SHA-256 was compared with the read already. */
    private static boolean isProved(Read state) {
        return state.object().sha256().isPresent() || state.object().etag().equals(state.md5());
    }

    private static StateCorruptException corrupt(StateKey key, Pair pair) {
        String found = pair.state()
                .map(state -> "The state \"" + key + "\" has the MD5 " + state.md5())
                .orElse("There is no state \"" + key + "\"");
        return new StateCorruptException(
                found + ", but its digest item says " + pair.digest().orElse("nothing")
                        + ". Either a writer died between the two, or the state was changed by something that keeps no"
                        + " digest.",
                pair.state().map(state -> new StateVersion(state.object().etag())),
                List.of(
                        new Remedy.RepairDigest(key, "If the state is the right one, make its digest follow it with"),
                        new Remedy.Overwrite(key, "If not, write a copy that you trust over it with")),
                null);
    }
}
