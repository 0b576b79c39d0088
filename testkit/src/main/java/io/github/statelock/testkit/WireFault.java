package io.github.statelock.testkit;

import java.util.Locale;

/**
 * What a {@link FaultProxy} does to a request. The request is always read whole first. Immutable, so safe for any number of
 * threads.
 */
public final class WireFault {

    enum Kind {
        CUT_BEFORE_SENDING,
        RESET_BEFORE_SENDING,
        ANSWER,
        APPLY_THEN_CUT,
        APPLY_THEN_RESET,
        HANG,
        APPLY_THEN_HANG,
        DRIP,
        SEND_LATE,
        SEND_TWICE
    }

    private final Kind kind;
    private final int number;
    private final String contentType;
    private final String body;

    private WireFault(Kind kind, int number, String contentType, String body) {
        this.kind = kind;
        this.number = number;
        this.contentType = contentType;
        this.body = body;
    }

    private static WireFault of(Kind kind) {
        return new WireFault(kind, 0, "", "");
    }

    /**
     * The server never sees the request, and the connection is closed without an answer.
     *
     * @return the fault
     */
    public static WireFault cutBeforeSending() {
        return of(Kind.CUT_BEFORE_SENDING);
    }

    /**
     * The server never sees the request, and the connection is reset.
     *
     * @return the fault
     */
    public static WireFault resetBeforeSending() {
        return of(Kind.RESET_BEFORE_SENDING);
    }

    /**
     * The server does what it is asked and answers; the connection is closed without passing any of that answer on.
     *
     * @return the fault
     */
    public static WireFault applyThenCut() {
        return of(Kind.APPLY_THEN_CUT);
    }

    /**
     * The server does what it is asked and answers; the connection is reset without passing any of that answer on.
     *
     * @return the fault
     */
    public static WireFault applyThenReset() {
        return of(Kind.APPLY_THEN_RESET);
    }

    /**
     * The server never sees the request; the proxy answers with a status and no body.
     *
     * @param status such as 500, 503 or 429
     * @return the fault
     */
    public static WireFault answer(int status) {
        return answer(status, "", "");
    }

    /**
     * The server never sees the request; the proxy answers.
     *
     * @param status such as 500, 503 or 429
     * @param contentType the body's type
     * @param body the body
     * @return the fault
     */
    public static WireFault answer(int status, String contentType, String body) {
        return new WireFault(Kind.ANSWER, status, contentType, body);
    }

    /**
     * The request is held back until {@link ArmedWireFault#release()}. Then it goes to the server, and the answer to the client
     * if that still waits.
     *
     * @return the fault
     */
    public static WireFault hang() {
        return of(Kind.HANG);
    }

    /**
     * The server does what it is asked; its answer is held back until {@link ArmedWireFault#release()}.
     *
     * @return the fault
     */
    public static WireFault applyThenHang() {
        return of(Kind.APPLY_THEN_HANG);
    }

    /**
     * The server does what it is asked; its answer arrives slowly, from the first byte on.
     *
     * @param bytesPerSecond how slowly
     * @return the fault
     */
    public static WireFault drip(int bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("At least one byte per second, not " + bytesPerSecond + ".");
        }
        return new WireFault(Kind.DRIP, bytesPerSecond, "", "");
    }

    /**
     * The connection is closed without an answer, and the request reaches the server late: at {@link ArmedWireFault#release()}.
     *
     * @return the fault
     */
    public static WireFault sendLate() {
        return of(Kind.SEND_LATE);
    }

    /**
     * The request is served as if nothing were wrong, and reaches the server a second time at {@link ArmedWireFault#release()}.
     *
     * @return the fault
     */
    public static WireFault sendTwice() {
        return of(Kind.SEND_TWICE);
    }

    Kind kind() {
        return kind;
    }

    /** The status of an answer, or the bytes per second of a drip. */
    int number() {
        return number;
    }

    String contentType() {
        return contentType;
    }

    String body() {
        return body;
    }

    @Override
    public String toString() {
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return number == 0 ? name : name + " " + number;
    }
}
