package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.RenewOutcome;
import java.util.Optional;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the renewals of all held locks, the one with the earliest deadline first, a bounded number side by side. Once a
 * renewal hangs, only few more are sent until it returns: a store that does not answer must not eat every thread. Safe for
 * use by several threads.
 */
final class Renewals {

    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

    /** Enough for 10,000 locks of 30 s at 10 ms a request, which keep 10 threads busy. */
    static final int MAX_IN_FLIGHT = 16;

    private static final int MAX_WHEN_ONE_HANGS = 4;

    private record Due(LeaseKeeper lock, long deadline) {}

    private final Engine engine;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final PriorityQueue<Due> due = new PriorityQueue<>((a, b) -> Long.signum(a.deadline() - b.deadline()));

    @GuardedBy("lock")
    private int inFlight;

    @GuardedBy("lock")
    private int hanging;

    /** Whether a thread is at work in {@link #pump}. */
    @GuardedBy("lock")
    private boolean pumping;

    Renewals(Engine engine) {
        this.engine = engine;
    }

    /** Has the lock renewed as soon as it is its turn. Never blocks. */
    void submit(LeaseKeeper held) {
        synchronized (lock) {
            due.add(new Due(held, held.deadline()));
        }
        pump();
    }

    /**
     * Sends what is due and may be sent. One thread at a time does, and who comes meanwhile leaves it to that one: a renewal
     * that fails at once must not send the next from within.
     */
    private void pump() {
        synchronized (lock) {
            if (pumping) {
                return;
            }
            pumping = true;
        }
        for (Optional<LeaseKeeper> next = take(); next.isPresent(); next = take()) {
            try {
                send(next.get());
            } catch (Throwable e) { // the others are due all the same
                LOG.error("A renewal could not be handled", e);
            }
        }
    }

    /** The next lock to renew, counted as in flight; empty if none is due or none may be sent, and pumping is over. */
    private Optional<LeaseKeeper> take() {
        synchronized (lock) {
            int most = hanging > 0 ? MAX_WHEN_ONE_HANGS : MAX_IN_FLIGHT;
            Due next = inFlight < most ? due.poll() : null;
            if (next == null) {
                pumping = false;
                return Optional.empty();
            }
            inFlight++;
            return Optional.of(next.lock());
        }
    }

    private void send(LeaseKeeper held) {
        Call<RenewOutcome> call;
        try {
            Optional<OwnedLock> target = held.renewalTarget();
            if (target.isEmpty()) {
                ended(false);
                return;
            }
            call = engine.threads.renewalCalls.start(
                    engine.change(target.get().key()), held.renewalTimeout(), () -> engine.driver.renew(target.get()));
        } catch (Throwable e) { // not sent: counted back, and tried again
            ended(false);
            held.onRenewalFailure(e);
            return;
        }
        call.answer().whenComplete((answer, failure) -> {
            boolean hangs = failure instanceof DriverCalls.OverrunException;
            if (hangs) {
                hang();
            }
            call.ended().thenRun(() -> {
                ended(hangs);
                pump();
            });
            if (failure == null) {
                held.onRenewal(answer);
            } else {
                held.onRenewalFailure(failure);
            }
        });
    }

    private void hang() {
        synchronized (lock) {
            hanging++;
        }
    }

    private void ended(boolean hung) {
        synchronized (lock) {
            inFlight--;
            if (hung) {
                hanging--;
            }
        }
    }
}
