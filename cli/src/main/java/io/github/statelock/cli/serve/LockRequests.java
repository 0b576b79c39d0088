package io.github.statelock.cli.serve;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.Ticker;
import io.github.statelock.terraform.LockInfoCodec;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * LOCK and UNLOCK. Locks are records in the store, under the client's own ID and without lease, so that they outlive this
 * server. Safe for use by several threads.
 *
 * <p>Why repetitions do no harm. A LOCK finds its own record and is told again that it is taken. An UNLOCK that finds nothing is
 * told that it is released. A LOCK that comes after the UNLOCK of its ID is refused: the ID is remembered before the store is
 * asked to release it. One that was let in just before that looks again once it has the lock, and gives it back.
 */
final class LockRequests {

    /** How long a client may repeat an UNLOCK without a body. */
    static final Duration FORCE_REPEATED = Duration.ofMinutes(1);

    private final LockManager locks;
    private final ReleasedIds released;
    private final Turns turns;
    private final Recent<StateKey, String> forced;

    /** What was taken here and not released here, for the metrics. */
    private final Set<LockName> held = ConcurrentHashMap.newKeySet();

    LockRequests(LockManager locks, ReleasedIds released, Turns turns, Ticker ticker) {
        this.locks = locks;
        this.released = released;
        this.turns = turns;
        this.forced = new Recent<>(ReleasedIds.MOST, FORCE_REPEATED, ticker);
    }

    Answer lock(StateKey key, LockInfo client) throws InterruptedException {
        requireSize(client);
        LockName name = new LockName(key, client.id());
        if (released.contains(name)) {
            return late(name);
        }
        LockAttempt attempt = take(key, client);
        if (attempt instanceof LockAttempt.Held held && released.removeLeftover(held.holder())) {
            attempt = take(key, client);
        }
        if (attempt instanceof LockAttempt.Held held) {
            return Answer.holder(423, held.holder(), "held by somebody else");
        }
        HeldLock lock = ((LockAttempt.Acquired) attempt).lock();
        if (released.contains(name)) {
            giveBack(lock);
            return late(name);
        }
        lock.detach();
        if (held.size() < ReleasedIds.MOST) {
            held.add(name);
        }
        return Answer.done();
    }

    /** How many locks were taken here and not released here. Some of them may have been released or broken elsewhere. */
    int held() {
        return held.size();
    }

    private LockAttempt take(StateKey key, LockInfo client) throws InterruptedException {
        return locks.tryAcquire(key, LockOptions.builder().recordAs(client).build());
    }

    private static void requireSize(LockInfo client) {
        try {
            LockInfoCodec.encode(client);
        } catch (IllegalArgumentException e) {
            throw new Refusal(400, String.valueOf(e.getMessage()));
        }
    }

    private static void giveBack(HeldLock lock) {
        try {
            lock.release();
        } catch (LockLostException e) {
            // The UNLOCK was faster.
        }
    }

    private static Answer late(LockName name) {
        return Answer.text(
                409,
                "The lock " + name.id() + " of \"" + name.key()
                        + "\" was unlocked already. This request is a late duplicate; to lock again, use a new ID.");
    }

    /** Releases the client's lock, or breaks the one that it names. */
    Answer unlock(StateKey key, String id) throws InterruptedException {
        LockName name = new LockName(key, id);
        return turns.take(key, () -> {
            boolean again = released.isReleased(name);
            released.asked(name);
            try {
                release(key, id);
            } catch (LockIdMismatchException e) {
                if (!again) {
                    throw e; // answered with its holder
                }
            }
            released.released(name);
            held.remove(name);
            return Answer.done();
        });
    }

    private void release(StateKey key, String id) {
        try {
            locks.attach(key, id).release();
        } catch (LockLostException e) {
            // Gone, as was asked for.
        } catch (LockHeldException e) {
            locks.forceUnlock(key, id); // leased, and named by its ID: its holder is to lose it
        } catch (LockIdMismatchException e) {
            if (e.actual().info().isPresent()) {
                throw e;
            }
            locks.forceUnlock(key, id); // unreadable: perhaps it was named by its version
        }
    }

    /**
     * Breaks whatever lock is there, as Terraform's force-unlock wants it: it names none. Should it be repeated because its
     * answer was lost, it must not break the lock of the next one.
     */
    Answer unlockAny(StateKey key) throws InterruptedException {
        return turns.take(key, () -> {
            Optional<ObservedLock> holder = locks.inspect(key);
            if (holder.isPresent()) {
                force(holder.get());
            }
            return Answer.done();
        });
    }

    private void force(ObservedLock holder) {
        String id = holder.info().map(LockInfo::id).orElse(holder.version());
        if (forced.get(holder.key()).filter(before -> !before.equals(id)).isPresent()) {
            throw new Refusal(Answer.holder(
                    409,
                    holder,
                    "A lock was broken by an UNLOCK without a body less than " + FORCE_REPEATED.toSeconds()
                            + " s ago, and this is another holder's: the request may be a repetition."));
        }
        LockName name = new LockName(holder.key(), id);
        forced.put(holder.key(), id);
        released.asked(name);
        locks.forceUnlock(holder.key(), id);
        released.released(name);
        held.remove(name);
    }
}
