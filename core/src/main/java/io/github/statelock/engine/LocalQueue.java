package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one manager that want the same key, first come first served. Only the head talks to the store, and it stays
 * the head while it holds the lock. Safe for use by several threads.
 */
final class LocalQueue {

    private final Object lock = new Object();

    /** A key is in it while it has a ticket. */
    @GuardedBy("lock")
    private final Map<StateKey, Line> lines = new HashMap<>();

    private static final class Line {
        final Deque<Ticket> tickets = new ArrayDeque<>();

        @Nullable
        ObservedLock holder;

        CompletableFuture<Void> holderKnown = new CompletableFuture<>();
    }

    /** A place in the line of one key, from {@link #join} to {@link #leave}. */
    final class Ticket {
        private final StateKey key;
        private final Line line;
        private final CompletableFuture<Void> turn = new CompletableFuture<>();

        private Ticket(StateKey key, Line line) {
            this.key = key;
            this.line = line;
        }

        /** Completed when this ticket is the head. */
        CompletableFuture<Void> turn() {
            return turn;
        }

        /** Completed when the head knows who holds the lock; the head may change afterwards. */
        CompletableFuture<Void> holderKnown() {
            synchronized (lock) {
                return line.holderKnown;
            }
        }

        /** Who holds the lock, as far as the present head knows. */
        Optional<ObservedLock> holder() {
            synchronized (lock) {
                return Optional.ofNullable(line.holder);
            }
        }

        /** Tells those behind who holds the lock. For the head. */
        void show(ObservedLock holder) {
            CompletableFuture<Void> known;
            synchronized (lock) {
                if (line.tickets.peekFirst() != this) {
                    return;
                }
                line.holder = holder;
                known = line.holderKnown;
            }
            known.complete(null);
        }

        /** Gives up the place; if it was the head, the next one is it now. A second call does nothing. */
        void leave() {
            Ticket next;
            synchronized (lock) {
                boolean wasHead = line.tickets.peekFirst() == this;
                if (!line.tickets.remove(this) || !wasHead) {
                    return;
                }
                next = line.tickets.peekFirst();
                if (next == null) {
                    lines.remove(key);
                    return;
                }
                line.holder = null;
                if (line.holderKnown.isDone()) {
                    line.holderKnown = new CompletableFuture<>();
                }
            }
            next.turn.complete(null);
        }
    }

    /** Takes the last place in the line of a key. */
    Ticket join(StateKey key) {
        Ticket ticket;
        boolean head;
        synchronized (lock) {
            Line line = lines.computeIfAbsent(key, k -> new Line());
            ticket = new Ticket(key, line);
            line.tickets.addLast(ticket);
            head = line.tickets.size() == 1;
        }
        if (head) {
            ticket.turn.complete(null);
        }
        return ticket;
    }
}
