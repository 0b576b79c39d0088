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
        private final boolean takesOver;

        /** Replaced under the lock. */
        private volatile CompletableFuture<Void> turn = new CompletableFuture<>();

        private Ticket(StateKey key, Line line, boolean takesOver) {
            this.key = key;
            this.line = line;
            this.takesOver = takesOver;
        }

        /** Completed when this ticket is the head; another one after {@link #passTurn()}. */
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

        /**
         * Lets the first one behind that takes over a dead holder's lock go first. For a head that does not: it is the next
         * one then.
         *
         * @return false if there is none, and the turn stays
         */
        boolean passTurn() {
            CompletableFuture<Void> passed;
            synchronized (lock) {
                Optional<Ticket> heir =
                        line.tickets.stream().filter(ticket -> ticket.takesOver).findFirst();
                if (line.tickets.peekFirst() != this || heir.isEmpty() || takesOver) {
                    return false;
                }
                line.tickets.remove(heir.get());
                line.tickets.addFirst(heir.get());
                turn = new CompletableFuture<>();
                passed = heir.get().turn;
            }
            passed.complete(null);
            return true;
        }

        /** Gives up the place; if it was the head, the next one is it now. A second call does nothing. */
        void leave() {
            CompletableFuture<Void> passed;
            synchronized (lock) {
                boolean wasHead = line.tickets.peekFirst() == this;
                if (!line.tickets.remove(this) || !wasHead) {
                    return;
                }
                Ticket next = line.tickets.peekFirst();
                if (next == null) {
                    lines.remove(key);
                    return;
                }
                line.holder = null;
                if (line.holderKnown.isDone()) {
                    line.holderKnown = new CompletableFuture<>();
                }
                passed = next.turn;
            }
            passed.complete(null);
        }
    }

    /**
     * Takes the last place in the line of a key.
     *
     * @param takesOver whether this one would take over a dead holder's lock
     */
    Ticket join(StateKey key, boolean takesOver) {
        synchronized (lock) {
            Line line = lines.computeIfAbsent(key, k -> new Line());
            Ticket ticket = new Ticket(key, line, takesOver);
            line.tickets.addLast(ticket);
            if (line.tickets.size() == 1) {
                ticket.turn.complete(null); // nobody waits for it yet
            }
            return ticket;
        }
    }
}
