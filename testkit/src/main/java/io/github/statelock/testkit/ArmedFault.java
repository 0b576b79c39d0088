package io.github.statelock.testkit;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A fault that waits for its request. Safe for use by several threads. */
public final class ArmedFault {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String name;
    private final Fault fault;
    private final int times;
    private final AtomicInteger left;
    private final AtomicInteger fired = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);
    private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
    private volatile Runnable whenFired = () -> {};

    ArmedFault(String name, Fault fault, int times) {
        this.name = name;
        this.fault = fault;
        this.times = times;
        this.left = new AtomicInteger(times);
    }

    /**
     * Runs something in the middle of each request that the fault hits, on the request's thread: after the store applied
     * it, or in its place where it is not applied. What another writer does there happens before the sender hears
     * anything.
     *
     * @param action what to do
     * @return this fault
     */
    public ArmedFault whenFired(Runnable action) {
        this.whenFired = action;
        return this;
    }

    /**
     * How often the fault hit a request.
     *
     * @return the number of requests
     */
    public int fired() {
        return fired.get();
    }

    /**
     * Waits until the fault hit a request.
     *
     * @throws AssertionError if it did not within a minute of real time
     */
    public void awaitFired() {
        RealTime.await("the fault " + name + " to hit a request", LIMIT, () -> fired.get() > 0);
    }

    /**
     * Fails if the fault hit no request, so that no test passes without its fault.
     *
     * @throws AssertionError if it hit none
     */
    public void assertFired() {
        if (fired.get() == 0) {
            throw new AssertionError("The fault " + name + " hit no request");
        }
    }

    /** Lets hung requests go on, and sends late ones now, on this thread. Later requests are not held up. */
    public void letGo() {
        gate.countDown();
        for (Runnable request = late.poll(); request != null; request = late.poll()) {
            request.run();
        }
    }

    /** Ends the fault: later requests are not hit, hung ones go on, late ones arrive. */
    public void disarm() {
        left.set(0);
        letGo();
    }

    Fault fault() {
        return fault;
    }

    /** Whether this request is hit. */
    boolean take() {
        return left.getAndUpdate(n -> n > 0 ? n - 1 : 0) > 0;
    }

    boolean isSpent() {
        return left.get() == 0;
    }

    void fire() {
        whenFired.run();
        fired.incrementAndGet();
    }

    void sendLater(Runnable request) {
        late.add(request);
    }

    /** Holds the thread up; an interrupt does not free it, as it would not free a thread in a socket. */
    void hang() {
        boolean interrupted = false;
        while (gate.getCount() > 0) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name + " (hit " + fired.get() + " of " + times + ")";
    }
}
