package io.github.statelock.cli.serve;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Who is let in. Safe for use by several threads. */
final class Door {

    /** How many requests of one client are under way at a time. */
    static final int MOST_OF_ONE = 256;

    private final Authentication authentication;
    private final HostNames names;
    private final PasswordGuesses guesses;
    private final Metrics metrics;
    private final Map<String, Integer> underWay = new ConcurrentHashMap<>();

    Door(ServerSettings settings, PasswordGuesses guesses, Metrics metrics) {
        this.authentication = settings.authentication();
        this.names = new HostNames(settings.address());
        this.guesses = guesses;
        this.metrics = metrics;
    }

    /** Counts the request until it has ended; refuses it if its client has too many. */
    void enter(Exchange exchange, String client) {
        int mine = underWay.merge(client, 1, Integer::sum);
        exchange.atEnd(() -> underWay.computeIfPresent(client, (c, count) -> count == 1 ? null : count - 1));
        if (mine > MOST_OF_ONE) {
            metrics.refused(Metrics.Reason.CLIENT_REQUESTS);
            throw new Refusal(Answer.text(503, "Too many requests of yours are under way. Nothing was done.")
                    .retry());
        }
    }

    /**
     * Whether the request must wait before it is judged, since its client has guessed too often. Then {@link #waited} comes
     * after the delay.
     */
    boolean mustWait(String client) {
        if (!authentication.isRequired() || !guesses.slows(client)) {
            return false;
        }
        if (!guesses.mayWait(client)) {
            metrics.refused(Metrics.Reason.PASSWORD_GUESSES);
            throw new Refusal(Answer.text(429, "Too many wrong passwords or tokens came from your address.")
                    .retry());
        }
        return true;
    }

    void waited(String client) {
        guesses.waited(client);
    }

    /** Why the request is not let in; empty if it is. */
    Optional<Answer> refuses(Exchange exchange, String client) {
        String credentials = exchange.header("Authorization");
        if (!authentication.accepts(credentials)) {
            if (credentials != null) {
                guesses.wrong(client);
            }
            return Optional.of(Answer.text(401, "A user and password, or a token, is needed.")
                    .with("WWW-Authenticate", authentication.challenge()));
        }
        if (exchange.header("Origin") != null || exchange.header("Sec-Fetch-Site") != null) {
            // Any page could send its visitor's browser to a server on the visitor's own machine.
            return Optional.of(Answer.text(403, "This is no place for browsers."));
        }
        if (!authentication.isRequired() && !names.accepts(exchange.header("Host"))) {
            return Optional.of(Answer.text(
                    421,
                    "Without authentication this server answers only to localhost, loopback addresses and the host"
                            + " that it listens on."));
        }
        return Optional.empty();
    }
}
