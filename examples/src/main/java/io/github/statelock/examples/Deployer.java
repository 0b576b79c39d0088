package io.github.statelock.examples;

import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateBackends;
import io.github.statelock.StateConflictException;
import io.github.statelock.WriteCondition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One deployer of the quickstart, in a process of its own. It locks, reads, and then does what the lines on its standard input
 * say: {@code apply} raises the serial through the locked state, {@code insist} writes on its old base without asking the lock.
 */
final class Deployer {

    private final StateBackend backend;
    private final String name;
    private final String key;
    private final Duration lease;

    private Deployer(StateBackend backend, String key, String name, Duration lease) {
        this.backend = backend;
        this.key = key;
        this.name = name;
        this.lease = lease;
    }

    public static void main(String[] args) throws Exception {
        try (StateBackend backend = StateBackends.open(URI.create(args[0]))) {
            new Deployer(backend, args[1], args[2], Duration.ofSeconds(Long.parseLong(args[3]))).work();
        }
    }

    private void work() throws IOException, InterruptedException {
        LockOptions options = LockOptions.builder()
                .operation("apply")
                .who(name + "@quickstart")
                .lease(lease)
                .waitUpTo(Duration.ofMinutes(2))
                .listener(new Progress())
                .build();
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (LockedState state = backend.lock(key, options)) {
            State base = state.read().orElseThrow();
            say("locked", "holds the lock; the state has serial " + TinyState.serialOf(base));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.equals("apply")) {
                    apply(state, base);
                    return;
                }
                insist(state, base);
            }
        } catch (LockLostException e) {
            say("lost", "is told by its own lock that it is lost");
        }
    }

    private static void apply(LockedState state, State base) {
        state.write(TinyState.next(base));
        say("applied", "applies and writes serial " + (TinyState.serialOf(base) + 1));
    }

    /** What a careless program does: it does not ask its lock. The store asks for the base version all the same. */
    private void insist(LockedState state, State base) {
        try {
            state.write(TinyState.next(base));
            say("applied", "writes serial " + (TinyState.serialOf(base) + 1));
        } catch (LockLostException e) {
            say("lost", "wants to write, and its own lock says that it is lost");
        }
        try {
            backend.states().write(base.key(), TinyState.next(base), WriteCondition.ifVersion(base.version()));
            say("overwrote", "overwrites the newer state");
        } catch (StateConflictException e) {
            say("conflict", "writes without asking its lock, and the store refuses: the state has changed");
        }
    }

    private static void say(String event, String sentence) {
        System.out.println(event + "|" + sentence);
        System.out.flush();
    }

    /** What the person in front of the deployer sees. */
    private static final class Progress implements LockListener {

        private static final Duration STEP = Duration.ofSeconds(2);

        private Duration next = Duration.ZERO;

        @Override
        public void waiting(ObservedLock holder, Duration elapsed) {
            String who = holder.info().map(LockInfo::who).orElse("somebody");
            if (elapsed.compareTo(next) < 0) {
                return;
            }
            if (next.isZero()) {
                say("waiting", "sees that " + who + " holds the lock, and waits");
            } else {
                say("still", "still waits for " + who + ", " + elapsed.toSeconds() + " s by now");
            }
            next = elapsed.plus(STEP);
        }

        @Override
        public void takenOver(HeldLock lock, ObservedLock from) {
            String who = from.info().map(LockInfo::who).orElse("somebody");
            say("tookover", "takes over the lock of " + who + ", who has not renewed it");
        }

        @Override
        public void released(HeldLock lock) {
            say("released", "releases the lock");
        }
    }
}
