package io.github.statelock.cli.serve;

import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one request at a time change the state of a key or release its lock, so that none is halfway through its checks when
 * another takes effect. Safe for use by several threads.
 */
final class Turns {

    /** Only a duplicate waits for another request of the same client; this long, and then it is asked to come again. */
    private final Duration patience;

    private final Map<StateKey, Turn> turns = new ConcurrentHashMap<>();

    private static final class Turn extends ReentrantLock {
        private static final long serialVersionUID = 1L;
        private int users; // changed only by the map's compute
    }

    /** What is done in a turn. */
    @FunctionalInterface
    interface Work {
        Answer run() throws InterruptedException;
    }

    Turns(Duration patience) {
        this.patience = patience;
    }

    Answer take(StateKey key, Work work) throws InterruptedException {
        Turn turn = turns.compute(key, (k, known) -> {
            Turn mine = known == null ? new Turn() : known;
            mine.users++;
            return mine;
        });
        try {
            if (!turn.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return Answer.text(503, "Another request is still changing \"" + key + "\". Nothing was done.")
                        .retry();
            }
            try {
                return work.run();
            } finally {
                turn.unlock();
            }
        } finally {
            turns.computeIfPresent(key, (k, mine) -> --mine.users == 0 ? null : mine);
        }
    }

    /** How many keys have a turn now. */
    int size() {
        return turns.size();
    }
}
