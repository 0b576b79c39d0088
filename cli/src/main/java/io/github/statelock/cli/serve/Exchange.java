package io.github.statelock.cli.serve;

import io.github.statelock.LockInfo;
import io.github.statelock.Printable;
import io.github.statelock.engine.Ticker;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. The threads that serve it do so one after the other; each hands it on to the next by something that
 * orders memory: the server's, the workers' queue, a future.
 */
final class Exchange {

    /** How much of an unwanted body is read, so that the client reads the answer. */
    private static final long MOST_DRAINED = 16 << 20;

    private static final int STEP = 1 << 16;

    /** Told when the exchange has ended. */
    interface End {
        void ended(Exchange exchange, Answer answer, long sent);
    }

    private final Request request;
    private final Response response;
    private final Callback callback;
    private final SocketAddress peer;
    private final InetAddress client;
    private final Ticker ticker;
    private final End end;
    private final List<Runnable> atEnd = new ArrayList<>();
    private final long start;
    private final Instant time;
    private final AtomicBoolean answered = new AtomicBoolean();
    private Optional<String> lockId = Optional.empty();
    private String operation = "other";
    private @Nullable BodyReader body;

    Exchange(
            Request request,
            Response response,
            Callback callback,
            SocketAddress peer,
            InetAddress client,
            Ticker ticker,
            End end) {
        this.request = request;
        this.peer = peer;
        this.client = client;
        this.response = response;
        this.callback = callback;
        this.ticker = ticker;
        this.end = end;
        this.start = ticker.nanos();
        this.time = Instant.ofEpochMilli(ticker.wallMillis());
    }

    Request request() {
        return request;
    }

    /** Who sent it, as far as trusted proxies tell. */
    InetAddress client() {
        return client;
    }

    /** The connection's other end. */
    SocketAddress peer() {
        return peer;
    }

    String method() {
        return request.getMethod();
    }

    @Nullable
    String rawPath() {
        return request.getHttpURI().getPath();
    }

    @Nullable
    String header(String name) {
        return request.getHeaders().get(name);
    }

    /** The lock that the query names. */
    Optional<String> lockIdOfQuery() {
        lockId = Target.lockId(request.getHttpURI().getQuery());
        return lockId;
    }

    /** The lock info that is the body. */
    LockInfo lockInfo(byte[] content) {
        LockInfo info = LockInfoBody.decode(content);
        lockId = Optional.of(info.id());
        return info;
    }

    void isFor(String what) {
        this.operation = what;
    }

    String operation() {
        return operation;
    }

    /** Runs that when the exchange has ended. */
    void atEnd(Runnable task) {
        atEnd.add(task);
    }

    CompletableFuture<byte[]> read(BodyReader reader) {
        this.body = reader;
        return reader.read();
    }

    long nanos() {
        return ticker.nanos() - start;
    }

    /** Answers, once: a second answer is ignored. */
    void answer(Answer answer) {
        if (!answered.compareAndSet(false, true)) {
            return;
        }
        try {
            send(answer);
        } catch (Throwable e) { // or the client would wait for ever, and a stop with it
            notSent(answer, e);
        }
    }

    private void send(Answer answer) {
        response.setStatus(answer.status());
        var headers = response.getHeaders();
        answer.headers().forEach(headers::put);
        headers.put(HttpHeader.CACHE_CONTROL, "no-store"); // a state may have secrets
        headers.put(HttpHeader.CONTENT_LENGTH, answer.length());
        if (answer.length() > 0) {
            headers.put(HttpHeader.CONTENT_TYPE, answer.type());
        }
        boolean hasContent = answer.length() > 0 && !method().equals("HEAD");
        Callback sent = Callback.from(() -> sent(answer, hasContent ? answer.length() : 0), e -> notSent(answer, e));
        if (hasContent) {
            ByteBufferPool pool = request.getComponents().getByteBufferPool();
            Content.copy(
                    Content.Source.from(new ByteBufferPool.Sized(pool, true, STEP), answer.content()), response, sent);
        } else {
            response.write(true, ByteBuffer.allocate(0), sent);
        }
    }

    private void sent(Answer answer, long length) {
        try {
            ended(answer, length);
        } finally {
            if (header("Expect") == null) { // such a client sends no body any more
                drain(MOST_DRAINED);
            } else {
                callback.succeeded();
            }
        }
    }

    private void notSent(Answer answer, Throwable e) {
        try {
            ended(answer.because("the answer could not be sent: " + e.getMessage()), 0);
        } finally {
            callback.failed(e);
        }
    }

    private void ended(Answer answer, long sent) {
        try {
            atEnd.forEach(Runnable::run);
        } finally {
            end.ended(this, answer, sent);
        }
    }

    private void drain(long left) {
        long more = left;
        while (true) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                long rest = more;
                request.demand(() -> drain(rest));
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                break;
            }
            more -= chunk.remaining();
            boolean last = chunk.isLast();
            chunk.release();
            if (last || more < 0) {
                break;
            }
        }
        callback.succeeded();
    }

    /** The line of the access log. */
    Visit visit(Answer answer, long sent) {
        return new Visit(
                time,
                client.getHostAddress(),
                Printable.line(method()),
                Printable.line(String.valueOf(rawPath())),
                answer.status(),
                body == null ? 0 : body.count(),
                sent,
                TimeUnit.NANOSECONDS.toMillis(nanos()),
                lockId,
                answer.reason(),
                answer.failure());
    }
}
