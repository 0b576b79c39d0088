package io.github.statelock.testkit;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.StatelockException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The faults that wait for the requests of one driver, and the count of its requests. Safe for use by several threads.
 *
 * @param <O> the driver's operations
 */
public final class FaultPlan<O extends Enum<O>> {

    private final Map<O, Queue<ArmedFault>> armed;
    private final Map<O, AtomicInteger> counts;
    private final Queue<ArmedFault> all = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger unfinished = new AtomicInteger();
    private volatile boolean cutOff;

    FaultPlan(Class<O> operations) {
        armed = new EnumMap<>(operations);
        counts = new EnumMap<>(operations);
        for (O operation : operations.getEnumConstants()) {
            armed.put(operation, new ConcurrentLinkedQueue<>());
            counts.put(operation, new AtomicInteger());
        }
    }

    /**
     * Hits the next request of that operation. Faults of one operation hit in the order in which they were armed.
     *
     * @param operation which requests
     * @param fault what happens to it
     * @return the fault, to be let go and asserted
     */
    public ArmedFault arm(O operation, Fault fault) {
        return arm(operation, fault, 1);
    }

    /**
     * Hits the next requests of that operation.
     *
     * @param operation which requests
     * @param fault what happens to them
     * @param times how many; {@link Integer#MAX_VALUE} for all until {@link ArmedFault#disarm()}
     * @return the fault, to be let go and asserted
     */
    public ArmedFault arm(O operation, Fault fault, int times) {
        ArmedFault entry = new ArmedFault(fault + " of " + operation, fault, times);
        all.add(entry);
        queue(operation).add(entry);
        return entry;
    }

    /** Cuts every request from now on: the sender is alone in the world, and does not know whether it is heard. */
    public void cutOff() {
        cutOff = true;
    }

    /** Ends {@link #cutOff()}. */
    public void reconnect() {
        cutOff = false;
    }

    /**
     * How many requests of that operation were asked for, those that were hit by a fault included.
     *
     * @param operation which requests
     * @return the number
     */
    public int count(O operation) {
        AtomicInteger count = counts.get(operation);
        return count == null ? 0 : count.get();
    }

    /**
     * How many requests were asked for in all.
     *
     * @return the number
     */
    public int count() {
        return counts.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    /**
     * How many requests are at the store now; those that a fault holds up are not.
     *
     * @return the number
     */
    public int inFlight() {
        return inFlight.get();
    }

    /** How many calls have not returned yet, those that a fault holds up included. */
    int unfinished() {
        return unfinished.get();
    }

    /** Ends every fault, so that no thread stays hung. */
    public void disarmAll() {
        cutOff = false;
        all.forEach(ArmedFault::disarm);
    }

    /**
     * Fails if a fault hit no request.
     *
     * @throws AssertionError naming the fault
     */
    public void assertAllFired() {
        all.forEach(ArmedFault::assertFired);
    }

    /**
     * Sends one request through the faults.
     *
     * @param operation which it is
     * @param send sends it to the store
     * @param unanswered the answer where there is none
     * @param refused the answer where the store refuses to serve
     */
    <T> T run(
            O operation, Supplier<T> send, Function<Throwable, T> unanswered, Function<StatelockException, T> refused) {
        AtomicInteger count = counts.get(operation);
        if (count != null) {
            count.incrementAndGet();
        }
        unfinished.incrementAndGet();
        try {
            if (cutOff) {
                return unanswered.apply(new IOException("cut off: " + operation));
            }
            ArmedFault fault = next(operation);
            return fault == null ? send(send) : hit(fault, send, unanswered, refused);
        } finally {
            unfinished.decrementAndGet();
        }
    }

    private <T> T hit(
            ArmedFault armedFault,
            Supplier<T> send,
            Function<Throwable, T> unanswered,
            Function<StatelockException, T> refused) {
        switch (armedFault.fault()) {
            case HANG_BEFORE -> {
                armedFault.fire();
                armedFault.hang();
                return send(send);
            }
            case HANG_AFTER -> {
                T answer = send(send);
                armedFault.fire();
                armedFault.hang();
                return answer;
            }
            case TWICE -> {
                send(send);
                armedFault.fire();
                return send(send);
            }
            case LOST_ANSWER -> send(send);
            case LATE -> armedFault.sendLater(() -> send(send));
            case CUT, DENIED, THROTTLED -> {}
        }
        armedFault.fire();
        return switch (armedFault.fault()) {
            case DENIED -> refused.apply(new BackendDeniedException("denied by the test", null));
            case THROTTLED -> refused.apply(new BackendUnavailableException("throttled by the test", null));
            default -> unanswered.apply(new IOException(armedFault.toString()));
        };
    }

    private <T> T send(Supplier<T> send) {
        inFlight.incrementAndGet();
        try {
            return send.get();
        } finally {
            inFlight.decrementAndGet();
        }
    }

    private @Nullable ArmedFault next(O operation) {
        Queue<ArmedFault> queue = queue(operation);
        for (ArmedFault head = queue.peek(); head != null; head = queue.peek()) {
            if (head.take()) {
                return head;
            }
            if (head.isSpent()) {
                queue.remove(head);
            }
        }
        return null;
    }

    private Queue<ArmedFault> queue(O operation) {
        Queue<ArmedFault> queue = armed.get(operation);
        if (queue == null) {
            throw new IllegalArgumentException("Not an operation of this driver: " + operation);
        }
        return queue;
    }
}
