package io.github.statelock.testkit;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A fault that waits for its requests. Its count rises when the fault has done its work and before the client can notice, so
 * it is exact once the client has failed. Safe for any number of threads.
 */
public final class ArmedWireFault {

    private final WireFault fault;
    private final Predicate<WireRequest> requests;
    private final UpstreamServer server;
    private final int times;
    private final CountDownLatch unfired;
    private final CountDownLatch released = new CountDownLatch(1);
    private final Object lock = new Object();

    @GuardedBy("lock")
    private int toSpare;

    @GuardedBy("lock")
    private int taken;

    @GuardedBy("lock")
    private int fired;

    @GuardedBy("lock")
    private final List<CapturedRequest> captured = new ArrayList<>();

    ArmedWireFault(WireFault fault, Predicate<WireRequest> requests, int toSpare, int times, UpstreamServer server) {
        this.fault = fault;
        this.requests = requests;
        this.toSpare = toSpare;
        this.times = times;
        this.server = server;
        this.unfired = new CountDownLatch(times);
    }

    /**
     * Returns how many requests met the fault so far.
     *
     * @return a number from 0 to the number it was armed for
     */
    public int fired() {
        synchronized (lock) {
            return fired;
        }
    }

    /**
     * Waits until every request that the fault was armed for has met it. A request that hangs has.
     *
     * @param within how long at most
     * @throws AssertionError where fewer have by then
     * @throws InterruptedException if the thread is interrupted
     */
    public void awaitFired(Duration within) throws InterruptedException {
        if (!unfired.await(within.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new AssertionError("Not within " + within + ": " + this);
        }
    }

    /**
     * Lets go of what the fault holds: requests and answers that hang go on, now and from now on; requests that are to be sent
     * late, or a second time, are sent, and their answers awaited. To be called before the proxy is closed.
     *
     * @return the status of each answer to a request that was sent late or a second time, in the order the requests came
     * @throws IOException if such a request got no answer
     */
    public List<Integer> release() throws IOException {
        released.countDown();
        List<CapturedRequest> late;
        synchronized (lock) {
            late = List.copyOf(captured);
            captured.clear();
        }
        List<Integer> statuses = new ArrayList<>();
        for (CapturedRequest request : late) {
            statuses.add(server.replay(request));
        }
        return statuses;
    }

    /** Decides whether a request meets this fault, and counts it. */
    boolean takes(WireRequest request) {
        if (!requests.test(request)) {
            return false;
        }
        synchronized (lock) {
            if (toSpare > 0) {
                toSpare--;
                return false;
            }
            if (taken == times) {
                return false;
            }
            taken++;
            return true;
        }
    }

    WireFault fault() {
        return fault;
    }

    void hasFired() {
        synchronized (lock) {
            fired++;
        }
        unfired.countDown();
    }

    void capture(CapturedRequest request) {
        synchronized (lock) {
            captured.add(request);
        }
    }

    void awaitRelease() throws InterruptedException {
        released.await();
    }

    /** On close: lets hanging connections go, which find their sockets closed. */
    void abandon() {
        released.countDown();
    }

    boolean isExhausted() {
        return unfired.getCount() == 0;
    }

    @Override
    public String toString() {
        return fault + ", fired " + fired() + " of " + times + " times";
    }
}
