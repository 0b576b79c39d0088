package io.github.statelock.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.github.statelock.LockInfo;
import io.github.statelock.Printable;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Takes each request to what serves it, and its answer back. Safe for use by several threads. */
final class Router implements HttpHandler {

    private final Authentication authentication;
    private final HostNames names;
    private final int maxRequestBytes;
    private final StateRequests states;
    private final LockRequests locks;
    private final UnderWay underWay;
    private final Ticker ticker;
    private final Consumer<Visit> log;

    Router(
            ServerSettings settings,
            StateRequests states,
            LockRequests locks,
            UnderWay underWay,
            Ticker ticker,
            Consumer<Visit> log) {
        this.authentication = settings.authentication();
        this.names = new HostNames(settings.address());
        this.maxRequestBytes = settings.maxRequestBytes();
        this.states = states;
        this.locks = locks;
        this.underWay = underWay;
        this.ticker = ticker;
        this.log = log;
    }

    @Override
    public void handle(HttpExchange exchange) {
        boolean open = underWay.enter();
        try {
            exchange.getRequestBody(); // so that closing the exchange does not cut the answer
            serve(exchange, open);
        } finally {
            exchange.close();
            underWay.leave();
        }
    }

    private void serve(HttpExchange exchange, boolean open) {
        long start = ticker.nanos();
        Instant time = Instant.ofEpochMilli(ticker.wallMillis());
        Request request = new Request(exchange);
        Answer answer = open ? answer(request) : stopping();
        long sent = 0;
        try {
            sent = answer.send(exchange);
        } catch (IOException e) {
            answer = answer.because("the answer could not be sent: " + e.getMessage());
        }
        InetSocketAddress remote = exchange.getRemoteAddress();
        log.accept(new Visit(
                time,
                remote.getAddress().getHostAddress(),
                Printable.line(request.method()),
                Printable.line(String.valueOf(request.uri().getRawPath())),
                answer.status(),
                request.received(),
                sent,
                TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - start),
                request.namedLock(),
                answer.reason(),
                answer.failure()));
    }

    private static Answer stopping() {
        return Answer.text(503, "The server is stopping.").retry().with("Connection", "close");
    }

    private Answer answer(Request request) {
        try {
            return route(request);
        } catch (Refusal e) {
            return e.answer();
        } catch (StatelockException e) {
            return Failures.of(e);
        } catch (IOException e) {
            return Answer.text(400, "The request's body could not be read: " + e.getMessage());
        } catch (InterruptedException e) {
            return stopping();
        } catch (RuntimeException | Error e) { // or the client would wait for ever
            return Failures.unexpected(e);
        }
    }

    private Answer route(Request request) throws IOException, InterruptedException {
        boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
        if (reads && Target.isHealth(request.uri())) {
            // Without the store: whether that one serves is no reason to restart this server.
            return Answer.text(200, "ok");
        }
        if (!authentication.accepts(request.header("Authorization"))) {
            return Answer.text(401, "A user and password, or a token, is needed.")
                    .with("WWW-Authenticate", authentication.challenge());
        }
        if (request.header("Origin") != null || request.header("Sec-Fetch-Site") != null) {
            // Any page could send its visitor's browser to a server on the visitor's own machine.
            return Answer.text(403, "This is no place for browsers.");
        }
        if (!authentication.isRequired() && !names.accepts(request.header("Host"))) {
            return Answer.text(
                    421,
                    "Without authentication this server answers only to localhost, loopback addresses and the host"
                            + " that it listens on.");
        }
        return serve(request, Target.key(request.uri()));
    }

    private Answer serve(Request request, StateKey key) throws IOException, InterruptedException {
        Optional<String> lockId = request.lockIdOfQuery();
        return switch (request.method()) {
            case "GET", "HEAD" -> states.read(key);
            case "POST", "PUT" -> states.write(key, lockId, request.body(maxRequestBytes));
            case "DELETE" -> states.delete(key, lockId);
            case "LOCK" -> locks.lock(key, request.lockInfo().orElseThrow(Router::noLockInfo));
            case "UNLOCK" -> {
                Optional<LockInfo> named = request.lockInfo();
                yield named.isPresent() ? locks.unlock(key, named.get().id()) : locks.unlockAny(key);
            }
            default ->
                Answer.text(405, "There is no such method here.")
                        .with("Allow", "GET, HEAD, POST, PUT, DELETE, LOCK, UNLOCK");
        };
    }

    private static Refusal noLockInfo() {
        return new Refusal(400, "The body is empty; LOCK needs a lock info.");
    }
}
