package io.github.statelock.cli.serve;

import io.github.statelock.StateKey;
import io.github.statelock.engine.Ticker;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;

/** What is done for a request that was let in and came whole, on a worker's thread. Safe for use by several threads. */
final class Service {

    /** How much is reserved to read a state of unknown size. */
    private static final long UNKNOWN_SIZE = 1 << 20;

    private final StateRequests states;
    private final LockRequests locks;
    private final Workers workers;
    private final ByteBudget budget;
    private final Metrics metrics;

    /** How large each state was when it was read last. */
    private final Recent<StateKey, Long> sizes;

    /** Work that ends with an answer. */
    @FunctionalInterface
    private interface Work {
        Answer run() throws InterruptedException;
    }

    Service(
            StateRequests states,
            LockRequests locks,
            Workers workers,
            ByteBudget budget,
            Metrics metrics,
            Ticker ticker) {
        this.states = states;
        this.locks = locks;
        this.workers = workers;
        this.budget = budget;
        this.metrics = metrics;
        this.sizes = new Recent<>(ReleasedIds.MOST, ReleasedIds.REMEMBERED, ticker);
    }

    static Answer stopping() {
        return Answer.text(503, "The server is stopping.").retry().with("Connection", "close");
    }

    void read(Exchange exchange, Call call) {
        StateKey key = call.key();
        work(exchange, () -> {
            long expected = Math.min(sizes.get(key).orElse(UNKNOWN_SIZE), budget.most());
            ByteBudget.Share share = budget.reserve(expected).orElseThrow(Memory::full);
            exchange.atEnd(share::close);
            Answer answer = states.read(key);
            share.set(answer.length());
            sizes.put(key, answer.length());
            return answer;
        });
    }

    void change(Exchange exchange, Call call, byte[] body) {
        work(exchange, () -> {
            Bodies.check(exchange, body);
            Call meant = meant(exchange, call, body);
            exchange.isFor(meant.kind().name().toLowerCase(Locale.ROOT));
            return changed(exchange, meant, body);
        });
    }

    /** A lock info at the state's address is not a state, and a DELETE with a lock info does not delete the state. */
    private static Call meant(Exchange exchange, Call call, byte[] body) {
        return switch (call.kind()) {
            case WRITE -> LockInfoBody.isOne(body) ? call.as(Call.Kind.LOCK) : call;
            case DELETE -> Bodies.isMeant(exchange, body) ? call.as(Call.Kind.UNLOCK) : call;
            default -> call;
        };
    }

    private Answer changed(Exchange exchange, Call call, byte[] body) throws InterruptedException {
        StateKey key = call.key();
        return switch (call.kind()) {
            case WRITE -> states.write(key, call.lockId(), body);
            case DELETE -> states.delete(key, call.lockId());
            case LOCK -> {
                if (body.length == 0) {
                    throw new Refusal(400, "The body is empty; a lock info is needed.");
                }
                yield locks.lock(key, exchange.lockInfo(body));
            }
            case UNLOCK -> {
                if (body.length > 0) {
                    yield locks.unlock(key, exchange.lockInfo(body).id());
                }
                yield call.lockId().isPresent()
                        ? locks.unlock(key, call.lockId().get())
                        : locks.unlockAny(key);
            }
            case READ -> throw new IllegalStateException("a read changes nothing");
        };
    }

    private void work(Exchange exchange, Work work) {
        try {
            workers.execute(() -> exchange.answer(result(work)));
        } catch (RejectedExecutionException | OutOfMemoryError e) { // no thread can be started is such an error
            metrics.refused(Metrics.Reason.THREADS);
            exchange.answer(Answer.text(503, "The server has no thread left for this request now. Nothing was done.")
                    .retry());
        }
    }

    private Answer result(Work work) {
        try {
            return work.run();
        } catch (InterruptedException e) {
            return stopping();
        } catch (Throwable e) { // or the client would wait for ever
            return Failures.ofAny(e);
        }
    }
}
