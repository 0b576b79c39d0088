package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * IDs whose create went unanswered and that nobody holds: the request may still be on its way, and would leave a lock that
 * nobody releases. Each is remembered for 15 minutes after its last send, looked for at growing intervals and on every
 * refusal, and removed, conditional on it. An ID serves one acquisition of one key only, so a record of that key with such an
 * ID is never anybody's. One look serves all IDs of a key, and few looks are in flight at the same time: after an outage there
 * may be thousands of IDs. Safe for use by several threads.
 */
final class Ghosts {

    private static final Logger LOG = LoggerFactory.getLogger(Ghosts.class);

    /** Longer than any request was seen to stay on its way. */
    static final Duration REMEMBERED = Duration.ofMinutes(15);

    /** How many looks are in flight at the same time. */
    static final int LOOKS = 2;

    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    /** The IDs of one key. Guarded by the lock of the ghosts. */
    private static final class Hunt {

        /** Until when each ID is remembered. */
        final Map<String, Long> until = new HashMap<>();

        Duration pause = FIRST_LOOK;
        Scheduler.Scheduled timer = () -> {};
    }

    private final Engine engine;
    private final Object lock = new Object();

    /** A key is in it while an ID of it is remembered. */
    @GuardedBy("lock")
    private final Map<StateKey, Hunt> hunts = new HashMap<>();

    Ghosts(Engine engine) {
        this.engine = engine;
    }

    /** Starts to look for the ID. Nobody may hold it any more. */
    void watch(StateKey key, String id, long lastSend) {
        synchronized (lock) {
            Hunt hunt = hunts.get(key);
            boolean first = hunt == null;
            if (hunt == null) {
                hunt = new Hunt();
                hunts.put(key, hunt);
            }
            boolean added = hunt.until.put(id, lastSend + REMEMBERED.toNanos()) == null;
            if (first || (added && hunt.pause.compareTo(FIRST_LOOK) > 0)) {
                hunt.pause = FIRST_LOOK;
                schedule(key, hunt);
            }
        }
    }

    /** Whether the record is a ghost of ours. */
    boolean isGhost(ObservedLock seen) {
        return seen.info().isPresent() && hunts(seen.key(), seen.info().get().id());
    }

    /** Whether records of the key with that ID are being removed. */
    private boolean hunts(StateKey key, String id) {
        synchronized (lock) {
            Hunt hunt = hunts.get(key);
            return hunt != null && hunt.until.containsKey(id);
        }
    }

    /** Refuses an ID whose records are being removed: nobody may come to rely on one. */
    void requireUnused(StateKey key, String id) {
        if (hunts(key, id)) {
            throw new OutcomeUnknownException(
                    "An earlier request to lock \"" + key + "\" under the ID " + id
                            + " went unanswered and was given up. Lock it under another ID.",
                    id,
                    null);
        }
    }

    /** Removes a ghost that a refusal showed; false if that did not succeed now. */
    boolean remove(ObservedLock ghost) {
        String id = ghost.info().orElseThrow().id();
        try {
            Waits.getUninterruptibly(Removal.ofNamed(engine, ghost, id));
            return true;
        } catch (RuntimeException e) {
            LOG.warn("The unused lock {} of \"{}\" could not be removed; trying again later", id, ghost.key(), e);
            return false;
        }
    }

    /** Sets the key's one timer. */
    @GuardedBy("lock")
    private void schedule(StateKey key, Hunt hunt) {
        hunt.timer.cancel();
        try {
            Duration in = Jitter.between(hunt.pause.dividedBy(2), hunt.pause);
            hunt.timer = engine.scheduler.schedule(in, () -> look(key));
        } catch (Throwable e) { // whoever started the hunt must go on; a refusal still finds the ghost
            LOG.warn("The unused locks of \"{}\" are not looked for until the next one", key, e);
            hunt.pause = LONGEST_PAUSE;
        }
    }

    private void look(StateKey key) {
        if (ids(key).isEmpty()) {
            return;
        }
        engine.threads
                .huntCalls
                .start(LONGEST_PAUSE, () -> engine.driver.observe(key))
                .answer()
                .thenCompose(answer -> removeIfGhost(answer.value()))
                .whenComplete((removed, failure) -> {
                    if (failure != null) {
                        LOG.debug("A look for unused locks of \"{}\" failed", key, Waits.unwrap(failure));
                    }
                    lookLater(key);
                });
    }

    private void lookLater(StateKey key) {
        synchronized (lock) {
            Hunt hunt = hunts.get(key);
            if (hunt != null) {
                Duration longer = hunt.pause.multipliedBy(2);
                hunt.pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
                schedule(key, hunt);
            }
        }
    }

    /** The IDs of the key that are still remembered; forgets the others, and all once the backend is closed. */
    private List<String> ids(StateKey key) {
        synchronized (lock) {
            Hunt hunt = hunts.get(key);
            if (hunt == null) {
                return List.of();
            }
            long now = engine.ticker.nanos();
            hunt.until.values().removeIf(end -> now - end >= 0 || engine.threads.isClosed());
            if (hunt.until.isEmpty()) {
                hunts.remove(key);
            }
            return List.copyOf(hunt.until.keySet());
        }
    }

    private CompletableFuture<Void> removeIfGhost(Optional<ObservedLock> seen) {
        return CompletableFuture.allOf(seen.stream()
                .flatMap(found -> ids(found.key()).stream()
                        .filter(id -> engine.driver.identifies(found, id))
                        .map(id -> removeLater(found, id)))
                .toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> removeLater(ObservedLock ghost, String id) {
        LOG.info("Removing the unused lock {} of \"{}\", whose request was answered too late", id, ghost.key());
        return Removal.ofNamed(engine, ghost, id).handle((removed, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "The unused lock {} of \"{}\" could not be removed; trying again later",
                        id,
                        ghost.key(),
                        failure);
            }
            return null;
        });
    }
}
