package io.github.statelock.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/** One client's connection to a proxy: its requests, one after the other, on one thread. */
final class ProxyConnection {

    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);

    private final Socket client;
    private final InputStream in;
    private final OutputStream out;
    private final UpstreamServer server;
    private final String proxyAuthority;
    private final CountDownLatch closed;

    ProxyConnection(Socket client, UpstreamServer server, String proxyAuthority, CountDownLatch closed)
            throws IOException {
        this.client = client;
        this.in = new BufferedInputStream(client.getInputStream());
        this.out = client.getOutputStream();
        this.server = server;
        this.proxyAuthority = proxyAuthority;
        this.closed = closed;
    }

    /** Serves requests until one side closes the connection or a fault does. */
    void serve(Function<WireRequest, Optional<ArmedWireFault>> faults) throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            HttpHead head = HttpHead.read(in);
            if (head == null) {
                return;
            }
            Optional<ArmedWireFault> fault = faults.apply(head.toRequest());
            if (head.has("Expect", "100-continue")) {
                out.write(CONTINUE);
            }
            more = fault.isPresent() ? suffer(fault.get(), head) : pass(head, in, out);
        }
    }

    private boolean suffer(ArmedWireFault armed, HttpHead head) throws IOException, InterruptedException {
        return switch (armed.fault().kind()) {
            case CUT_BEFORE_SENDING -> {
                CapturedRequest.read(head, in);
                yield cut(armed);
            }
            case RESET_BEFORE_SENDING -> {
                CapturedRequest.read(head, in);
                yield reset(armed);
            }
            case ANSWER -> {
                CapturedRequest.read(head, in);
                armed.hasFired();
                yield answer(armed.fault(), head);
            }
            case APPLY_THEN_CUT -> {
                pass(head, in, OutputStream.nullOutputStream());
                yield cut(armed);
            }
            case APPLY_THEN_RESET -> {
                pass(head, in, OutputStream.nullOutputStream());
                yield reset(armed);
            }
            case HANG -> {
                CapturedRequest request = CapturedRequest.read(head, in);
                armed.hasFired();
                armed.awaitRelease();
                yield pass(head, request.body(), out);
            }
            case APPLY_THEN_HANG -> {
                ByteArrayOutputStream answer = new ByteArrayOutputStream();
                boolean more = pass(head, in, answer);
                armed.hasFired();
                armed.awaitRelease();
                answer.writeTo(out);
                yield more;
            }
            case DRIP -> {
                armed.hasFired();
                yield pass(head, in, new DripOutput(out, armed.fault().number(), closed));
            }
            case SEND_LATE -> {
                armed.capture(CapturedRequest.read(head, in));
                yield cut(armed);
            }
            case SEND_TWICE -> {
                CapturedRequest request = CapturedRequest.read(head, in);
                armed.capture(request);
                armed.hasFired();
                yield pass(head, request.body(), out);
            }
        };
    }

    private static boolean cut(ArmedWireFault armed) {
        armed.hasFired();
        return false;
    }

    private boolean reset(ArmedWireFault armed) throws IOException {
        client.setSoLinger(true, 0);
        armed.hasFired();
        return false;
    }

    private boolean answer(WireFault fault, HttpHead request) throws IOException {
        byte[] body = fault.body().getBytes(StandardCharsets.UTF_8);
        HttpHead head = new HttpHead("HTTP/1.1 " + fault.number() + " Fault", List.of())
                .with("Content-Length", Integer.toString(body.length));
        (fault.contentType().isEmpty() ? head : head.with("Content-Type", fault.contentType())).write(out);
        if (!request.word(0).equals("HEAD")) {
            out.write(body);
        }
        return staysOpen(request);
    }

    /** Sends a request to the server and its answer to a client. Returns whether the client's connection stays open. */
    private boolean pass(HttpHead request, InputStream body, OutputStream target) throws IOException {
        try (UpstreamServer.Answer answer = server.send(request, body)) {
            HttpBody answerBody = HttpBody.ofAnswer(answer.head(), request.word(0));
            boolean more = answerBody.delimited() && staysOpen(request);
            HttpHead head = toClient(answer.head());
            (more ? head : head.with("Connection", "close")).write(target);
            answerBody.copy(answer.rest(), target);
            target.flush();
            return more;
        }
    }

    /** Without what concerns one connection only; a location on the server becomes one on the proxy. */
    private HttpHead toClient(HttpHead head) {
        HttpHead plain = head.without("Connection", "Keep-Alive");
        String own = "http://" + server.authority();
        return plain.first("Location")
                .filter(location -> location.startsWith(own))
                .map(location -> plain.without("Location")
                        .with("Location", "http://" + proxyAuthority + location.substring(own.length())))
                .orElse(plain);
    }

    private static boolean staysOpen(HttpHead request) {
        return request.startLine().toUpperCase(Locale.ROOT).endsWith("HTTP/1.1") && !request.has("Connection", "close");
    }
}
