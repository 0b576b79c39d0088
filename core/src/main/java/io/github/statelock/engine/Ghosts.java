package io.github.statelock.engine;

import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * IDs whose create went unanswered and that nobody holds: the request may still be on its way, and would leave a lock that
 * nobody releases. Each is remembered for 15 minutes after its last send, looked for at growing intervals and on every
 * refusal, and removed, conditional on it. An ID serves one acquisition only, so a record with such an ID is never anybody's.
 * Safe for use by several threads.
 */
final class Ghosts {

    private static final Logger LOG = LoggerFactory.getLogger(Ghosts.class);

    /** Longer than any request was seen to stay on its way. */
    static final Duration REMEMBERED = Duration.ofMinutes(15);

    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final Engine engine;
    private final Map<String, Long> until = new ConcurrentHashMap<>();

    Ghosts(Engine engine) {
        this.engine = engine;
    }

    /** Starts to look for the ID. Nobody may hold it any more. */
    void watch(StateKey key, String id, long lastSend) {
        if (until.put(id, lastSend + REMEMBERED.toNanos()) == null) {
            lookIn(FIRST_LOOK, key, id);
        }
    }

    /** Whether the record is a ghost of ours. */
    boolean isGhost(ObservedLock seen) {
        return seen.info().isPresent() && hunts(seen.info().get().id());
    }

    /** Whether records with that ID are being removed. */
    private boolean hunts(String id) {
        return until.containsKey(id);
    }

    /** Refuses an ID whose records are being removed: nobody may come to rely on one. */
    void requireUnused(StateKey key, String id) {
        if (hunts(id)) {
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

    private void lookIn(Duration pause, StateKey key, String id) {
        engine.scheduler.schedule(Jitter.between(pause.dividedBy(2), pause), () -> look(pause, key, id));
    }

    private void look(Duration pause, StateKey key, String id) {
        Long end = until.get(id);
        if (end == null || engine.ticker.nanos() - end >= 0 || engine.threads.isClosed()) {
            until.remove(id);
            return;
        }
        engine.threads
                .lookCalls
                .start(engine.options.callTimeout(), () -> engine.driver.observe(key))
                .answer()
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        answer.value()
                                .filter(seen -> engine.driver.identifies(seen, id))
                                .ifPresent(seen -> removeLater(seen, id));
                    }
                    Duration longer = pause.multipliedBy(2);
                    lookIn(longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE, key, id);
                });
    }

    private void removeLater(ObservedLock ghost, String id) {
        LOG.info("Removing the unused lock {} of \"{}\", whose request was answered too late", id, ghost.key());
        Removal.ofNamed(engine, ghost, id).whenComplete((removed, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "The unused lock {} of \"{}\" could not be removed; trying again later",
                        id,
                        ghost.key(),
                        failure);
            }
        });
    }
}
