package io.github.statelock.engine;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one waiter has seen of the holder, and when it looks again. Belongs to the thread that acquires. */
final class HolderWatch {

    private final Engine engine;
    private final StateKey key;
    private final Patience patience;
    private Backoff poll;
    private @Nullable ObservedLock holder;
    private boolean movedOn;

    HolderWatch(Engine engine, StateKey key, Patience patience) {
        this.engine = engine;
        this.key = key;
        this.patience = patience;
        this.poll = newPoll();
    }

    private Backoff newPoll() {
        return new Backoff(engine.options.pollFrom(), engine.options.pollTo());
    }

    /** Notes who holds the lock. If it goes from hand to hand, looking often is worth it. */
    void see(ObservedLock found) {
        movedOn = holder != null && !id(found).equals(id(holder));
        holder = found;
        if (movedOn) {
            poll = newPoll();
        }
    }

    private static Optional<String> id(ObservedLock lock) {
        return lock.info().map(LockInfo::id);
    }

    boolean isHolderKnown() {
        return holder != null;
    }

    /** Who made the store refuse; a record without content where nobody could read it. */
    ObservedLock holder() {
        return holder != null ? holder : new ObservedLock(key, Optional.empty(), Optional.empty(), "", false);
    }

    /**
     * Whether the holder is another than the one seen before. Then the lock is free for moments only, and a look that finds it
     * free comes too late: a create takes it at once.
     */
    boolean hasMovedOn() {
        return movedOn;
    }

    /**
     * Whether the holder is surely dead: the store says so, or the record was seen unchanged for its lease and margin, and the
     * request that showed it last was sent after that time. A request sent before could have been answered by an older record.
     */
    boolean isDead(ObservedLock found, long since, long sent) {
        if (engine.driver.leaseBounds().expiresByService()) {
            return found.expired();
        }
        boolean isOver = found.lease()
                .filter(lease -> sent - since >= new Lease(lease).deadNanos())
                .isPresent();
        return found.info().isPresent() && (found.expired() || isOver);
    }

    /** The pause before the next request, where nothing better is known. */
    Duration pause() {
        return poll.next();
    }

    /** The pause before the next look at that record: no longer than the wait, nor than to the moment when its holder is dead. */
    Duration untilNextLook(ObservedLock found, long since) {
        Duration pause = shorter(pause(), patience.waitLeft());
        if (found.lease().isEmpty()) {
            return pause;
        }
        long dead = since + new Lease(found.lease().get()).deadNanos() - engine.ticker.nanos();
        return dead <= 0 ? pause : shorter(pause, Duration.ofNanos(dead));
    }

    static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
