package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.serve.Connections.Phase;
import io.github.statelock.testkit.ManualTicker;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionsTest {

    private final ManualTicker ticker = new ManualTicker();
    private final Connections connections = new Connections(ticker);

    private record Named(int port) implements Closeable {
        @Override
        public void close() {}
    }

    private Optional<Closeable> open(int port, String client) {
        return connections.opened(peer(port), client, new Named(port));
    }

    private static InetSocketAddress peer(int port) {
        return InetSocketAddress.createUnresolved("peer", port);
    }

    @Test
    void eachPhaseHasItsOwnLimitFromItsBeginning() {
        open(1, "a");
        open(2, "a");
        open(3, "a");
        connections.enters(peer(2), Phase.BODY);
        connections.enters(peer(3), Phase.ANSWER);
        ticker.advance(Phase.HEAD.limit.minusNanos(1));
        assertThat(connections.overdue()).isEmpty();
        ticker.advance(Duration.ofNanos(1));
        assertThat(connections.overdue()).containsExactly(new Named(1));
        connections.enters(peer(1), Phase.HEAD);
        assertThat(connections.overdue()).isEmpty();
        ticker.advance(Phase.BODY.limit.minus(Phase.HEAD.limit));
        assertThat(connections.overdue()).containsExactlyInAnyOrder(new Named(1), new Named(2));
        connections.closed(peer(1), new Named(1));
        connections.closed(peer(2), new Named(2));
        ticker.advance(Phase.ANSWER.limit.minus(Phase.BODY.limit));
        assertThat(connections.overdue()).containsExactly(new Named(3));
        assertThat(connections.size()).isEqualTo(1);
    }

    @Test
    void theEndOfAConnectionIsNotThatOfANewerOneFromTheSamePort() {
        open(1, "a");
        connections.opened(peer(1), "a", new Named(2));
        connections.closed(peer(1), new Named(1));
        assertThat(connections.size()).isEqualTo(1);
        connections.closed(peer(1), new Named(2));
        assertThat(connections.size()).isZero();
    }

    @Test
    void oneClientsOldestWaitingConnectionMakesPlaceForItsNewest() {
        open(1, "a");
        connections.enters(peer(1), Phase.BODY);
        ticker.advance(Duration.ofSeconds(1));
        open(2, "b");
        ticker.advance(Duration.ofSeconds(1));
        for (int port = 3; port < Connections.MOST_OF_ONE + 2; port++) {
            assertThat(open(port, "a")).isEmpty();
            ticker.advance(Duration.ofNanos(1));
        }
        assertThat(open(9_999, "a")).contains(new Named(3));
        assertThat(open(9_998, "b")).isEmpty();
    }

    @Test
    void whereNoneWaitsTheNewestIsNotTaken() {
        for (int port = 0; port < Connections.MOST_OF_ONE; port++) {
            open(port, "a");
            connections.enters(peer(port), Phase.ANSWER);
        }
        assertThat(open(9_999, "a")).contains(new Named(9_999));
    }

    @Test
    void aTrustedProxyIsBoundedByTheWholeAlone() {
        List<Closeable> closed = new ArrayList<>();
        for (int port = 0; port < Connections.MOST; port++) {
            open(port, "").ifPresent(closed::add);
            ticker.advance(Duration.ofNanos(1));
        }
        assertThat(closed).isEmpty();
        assertThat(open(9_999, "")).contains(new Named(0));
        assertThat(open(9_998, "new")).contains(new Named(0));
    }
}
