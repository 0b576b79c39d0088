package io.github.statelock.cli.serve;

import io.github.statelock.StateBackend;
import io.github.statelock.engine.Ticker;
import java.time.Duration;

/** What a server is made of, besides the one that speaks HTTP. */
record Parts(
        Door door,
        TrustedProxies proxies,
        Bodies bodies,
        Service service,
        Workers workers,
        Connections connections,
        UnderWay underWay,
        Metrics metrics,
        Ticker ticker,
        ServerLog log) {

    static Parts of(
            ServerSettings settings,
            StateBackend backend,
            ServerLog log,
            Ticker ticker,
            Duration turnPatience,
            ByteBudget budget) {
        ReleasedIds released = new ReleasedIds(backend.locks(), ticker);
        Turns turns = new Turns(turnPatience);
        StateRequests states = new StateRequests(backend, released, turns, settings.strict(), ticker);
        LockRequests locks = new LockRequests(backend.locks(), released, turns, ticker);
        Workers workers = new Workers();
        Metrics metrics = new Metrics();
        Connections connections = new Connections(ticker);
        UnderWay underWay = new UnderWay();
        metrics.gauge("requests.active", "Requests under way.", underWay::count);
        metrics.gauge("connections", "Open connections.", connections::size);
        metrics.gauge("locks.held", "Locks that were taken here and not released here.", locks::held);
        metrics.gauge("workers.busy", "Requests that ask the store now.", workers::busy);
        metrics.gauge("workers.waiting", "Requests that wait for a thread to ask the store.", workers::waiting);
        metrics.gauge("memory.used.bytes", "Bytes of states in memory.", budget::used);
        metrics.gauge("memory.limit.bytes", "How many bytes of states may be in memory.", budget::most);
        metrics.memoryRefusals(budget);
        return new Parts(
                new Door(settings, new PasswordGuesses(ticker), metrics),
                TrustedProxies.of(settings.trustedProxies()),
                new Bodies(budget, settings.maxRequestBytes()),
                new Service(states, locks, workers, budget, metrics, ticker),
                workers,
                connections,
                underWay,
                metrics,
                ticker,
                log);
    }
}
