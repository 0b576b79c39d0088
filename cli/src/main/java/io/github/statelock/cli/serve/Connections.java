package io.github.statelock.cli.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.engine.Ticker;
import java.io.Closeable;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The open connections: how many there may be, and how long each may take for what it does. A connection takes memory and no
 * thread. Where one too many comes, the one that has waited longest for its client's request is closed. Safe for use by several
 * threads.
 */
final class Connections {

    static final int MOST = 2_000;

    /** Of one client that is not a trusted proxy. */
    static final int MOST_OF_ONE = 200;

    /** What a connection does. */
    enum Phase {
        /** It waits for the TLS handshake, for a request's head, or for the next request. */
        HEAD(Duration.ofSeconds(30)),
        /** It waits for a request's body. */
        BODY(Duration.ofMinutes(5)),
        /** The request is served, and its answer sent. */
        ANSWER(Duration.ofMinutes(15));

        final Duration limit;

        Phase(Duration limit) {
            this.limit = limit;
        }
    }

    private record Open(Closeable connection, String client, Phase phase, long since) {
        Open entering(Phase next, long now) {
            return new Open(connection, client, next, now);
        }
    }

    private final Ticker ticker;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<SocketAddress, Open> open = new HashMap<>();

    Connections(Ticker ticker) {
        this.ticker = ticker;
    }

    int size() {
        synchronized (lock) {
            return open.size();
        }
    }

    /**
     * Counts a new connection.
     *
     * @param peer its other end
     * @param client the client; empty for a trusted proxy, which has many
     * @param connection closed when it takes too long, or for a newer one
     * @return one that is to be closed for it, if there are too many; it is this one where no other is waiting
     */
    Optional<Closeable> opened(SocketAddress peer, String client, Closeable connection) {
        long now = ticker.nanos();
        synchronized (lock) {
            Optional<Closeable> tooMany = Optional.empty();
            if (!client.isEmpty() && count(client) >= MOST_OF_ONE) {
                tooMany = Optional.of(longestWaiting(one -> one.client().equals(client), connection));
            } else if (open.size() >= MOST) {
                tooMany = Optional.of(longestWaiting(one -> true, connection));
            }
            open.put(peer, new Open(connection, client, Phase.HEAD, now));
            return tooMany;
        }
    }

    @GuardedBy("lock")
    private long count(String client) {
        return open.values().stream().filter(one -> one.client().equals(client)).count();
    }

    @GuardedBy("lock")
    private Closeable longestWaiting(Predicate<Open> which, Closeable otherwise) {
        long now = ticker.nanos();
        return open.values().stream()
                .filter(which)
                .filter(one -> one.phase() == Phase.HEAD)
                .max(Comparator.comparingLong(one -> now - one.since()))
                .map(Open::connection)
                .orElse(otherwise);
    }

    /** Forgets that connection, and not a newer one from the same address and port. */
    void closed(SocketAddress peer, Closeable connection) {
        synchronized (lock) {
            open.computeIfPresent(peer, (p, one) -> one.connection().equals(connection) ? null : one);
        }
    }

    void enters(SocketAddress peer, Phase phase) {
        long now = ticker.nanos();
        synchronized (lock) {
            open.computeIfPresent(peer, (p, one) -> one.entering(phase, now));
        }
    }

    /** The connections that have taken too long. */
    List<Closeable> overdue() {
        long now = ticker.nanos();
        List<Closeable> overdue = new ArrayList<>();
        synchronized (lock) {
            for (Open one : open.values()) {
                if (now - one.since() >= one.phase().limit.toNanos()) {
                    overdue.add(one.connection());
                }
            }
        }
        return overdue;
    }
}
