package io.github.statelock.cli.serve;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets requests in, and takes each to what serves it. Nothing here waits: heads and bodies come without a thread, and the store
 * is asked by a worker. Safe for use by several threads.
 */
final class Router extends Handler.Abstract.NonBlocking {

    /** Requests without it never came here: they are not HTTP. */
    static final String SEEN = "statelock.seen";

    /** A step that answers the exchange, or hands it on. */
    @FunctionalInterface
    private interface Step {
        void run();
    }

    private final Parts parts;

    Router(Parts parts) {
        this.parts = parts;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        request.setAttribute(SEEN, true);
        if (!(request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer)) {
            callback.failed(new EofException("The connection is closed already."));
            return true;
        }
        InetAddress client =
                parts.proxies().client(peer.getAddress(), request.getHeaders().getValuesList("X-Forwarded-For"));
        Exchange exchange = new Exchange(request, response, callback, peer, client, parts.ticker(), this::ended);
        boolean open = parts.underWay().enter();
        parts.connections().enters(exchange.peer(), Connections.Phase.ANSWER);
        attempt(exchange, () -> {
            if (open) {
                route(exchange);
            } else {
                exchange.answer(Service.stopping());
            }
        });
        return true;
    }

    private void ended(Exchange exchange, Answer answer, long sent) {
        try {
            parts.metrics().answered(exchange.operation(), answer.status(), exchange.nanos());
            parts.log().visited(exchange.visit(answer, sent));
        } finally {
            parts.connections().enters(exchange.peer(), Connections.Phase.HEAD);
            parts.underWay().leave();
        }
    }

    private static void attempt(Exchange exchange, Step step) {
        try {
            step.run();
        } catch (Throwable e) { // or the client would wait for ever
            exchange.answer(Failures.ofAny(e));
        }
    }

    private void route(Exchange exchange) {
        if (reads(exchange, Target.HEALTH)) {
            // Without the store: whether that one serves is no reason to restart this server.
            exchange.isFor("health");
            exchange.answer(Answer.text(200, "ok"));
            return;
        }
        String client = ClientNames.of(exchange.client());
        parts.door().enter(exchange, client);
        if (!parts.door().mustWait(client)) {
            letIn(exchange, client);
            return;
        }
        var components = exchange.request().getComponents();
        Step judged = () -> {
            parts.door().waited(client);
            letIn(exchange, client);
        };
        components
                .getScheduler()
                .schedule(
                        () -> components.getExecutor().execute(() -> attempt(exchange, judged)),
                        PasswordGuesses.DELAY.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static boolean reads(Exchange exchange, String name) {
        boolean reading = exchange.method().equals("GET") || exchange.method().equals("HEAD");
        return reading && ("/" + name).equals(exchange.rawPath());
    }

    private void letIn(Exchange exchange, String client) {
        Optional<Answer> refusal = parts.door().refuses(exchange, client);
        if (refusal.isPresent()) {
            exchange.answer(refusal.get());
        } else if (reads(exchange, Target.METRICS)) {
            exchange.isFor("metrics");
            exchange.answer(Answer.metrics(parts.metrics().text()));
        } else {
            serve(exchange);
        }
    }

    private void serve(Exchange exchange) {
        Call call = Call.of(exchange.method(), Target.key(exchange.rawPath()), exchange.lockIdOfQuery());
        exchange.isFor(call.kind().name().toLowerCase(Locale.ROOT));
        if (call.kind() == Call.Kind.READ) {
            parts.service().read(exchange, call);
            return;
        }
        BodyReader reader = call.kind() == Call.Kind.WRITE
                ? parts.bodies().ofState(exchange)
                : parts.bodies().ofLockInfo(exchange);
        parts.connections().enters(exchange.peer(), Connections.Phase.BODY);
        exchange.read(reader).whenComplete((body, failure) -> {
            parts.connections().enters(exchange.peer(), Connections.Phase.ANSWER);
            if (failure != null) {
                exchange.answer(Failures.ofAny(failure));
            } else {
                attempt(exchange, () -> parts.service().change(exchange, call, body));
            }
        });
    }
}
