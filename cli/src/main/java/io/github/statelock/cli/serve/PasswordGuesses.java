package io.github.statelock.cli.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.engine.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Slows down clients that guess passwords. After some wrong ones from an address, what comes from it is judged only after a
 * delay, and only a few requests wait for that at a time: others are refused unjudged. Whether a password is right thus takes as
 * long to learn for a right one. Safe for use by several threads.
 */
final class PasswordGuesses {

    /** How many wrong ones are free. */
    static final int FREE = 10;

    /** A client without a wrong one for this long is trusted again. */
    static final Duration REMEMBERED = Duration.ofMinutes(1);

    /** How long the others wait. */
    static final Duration DELAY = Duration.ofSeconds(1);

    /** How many requests of one address wait at a time. */
    static final int WAITING = 8;

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Recent<String, Integer> wrong;

    @GuardedBy("lock")
    private final Map<String, Integer> waiting = new HashMap<>();

    PasswordGuesses(Ticker ticker) {
        wrong = new Recent<>(ReleasedIds.MOST, REMEMBERED, ticker);
    }

    /** Whether the client's next request has to wait. */
    boolean slows(String client) {
        synchronized (lock) {
            return wrong.get(client).orElse(0) >= FREE;
        }
    }

    /** Whether the client's request may wait for its turn; if so, {@link #waited} comes after it. */
    boolean mayWait(String client) {
        synchronized (lock) {
            int before = waiting.getOrDefault(client, 0);
            if (before >= WAITING) {
                return false;
            }
            waiting.put(client, before + 1);
            return true;
        }
    }

    void waited(String client) {
        synchronized (lock) {
            waiting.computeIfPresent(client, (c, count) -> count == 1 ? null : count - 1);
        }
    }

    /** Counts a wrong password. */
    void wrong(String client) {
        synchronized (lock) {
            wrong.put(client, wrong.get(client).orElse(0) + 1);
        }
    }
}
