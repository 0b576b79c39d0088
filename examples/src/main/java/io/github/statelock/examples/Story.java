package io.github.statelock.examples;

import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;

/** What the quickstart shows. Every sentence is something that a process did; what does not happen ends the story. */
final class Story {

    /** Something that should have happened did not. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Failed(String message) {
            super(message);
        }
    }

    private final URI store;
    private final StateBackend backend;
    private final Timeline timeline;
    private final StateKey key = StateKey.of("quickstart-" + UUID.randomUUID() + "/network.tfstate");
    private final Duration lease;

    Story(URI store, StateBackend backend, Timeline timeline) {
        this.store = store;
        this.backend = backend;
        this.timeline = timeline;
        this.lease = backend.capabilities().shortestLease();
    }

    /** Tells the story, and says whether all of it happened. */
    boolean tell() throws IOException, InterruptedException {
        try {
            timeline.chapter("A state with serial 10. Leases are " + lease.toSeconds() + " s long.");
            backend.states().write(key, TinyState.of(10, UUID.randomUUID().toString()), WriteCondition.ifAbsent());
            oneAfterTheOther();
            aKilledHolder();
            aPausedWriter();
            timeline.chapter("All of it happened; the state has serial " + serial() + " and nothing was lost.");
            return true;
        } catch (Failed e) {
            timeline.chapter("The story broke off: " + e.getMessage());
            return false;
        } finally {
            backend.states().delete(key, WriteCondition.unconditional());
        }
    }

    private void oneAfterTheOther() throws IOException, InterruptedException {
        timeline.chapter("Two deployers, one state");
        try (Actor alice = actor("alice");
                Actor bob = heldBy(alice, "bob")) {
            alice.order("apply");
            alice.expect("applied");
            alice.expect("released");
            bob.expect("locked");
            bob.order("apply");
            bob.expect("applied");
            bob.expect("released");
        }
        requireSerial(12);
    }

    private void aKilledHolder() throws IOException, InterruptedException {
        timeline.chapter("A holder is killed");
        try (Actor carol = actor("carol");
                Actor dave = heldBy(carol, "dave")) {
            carol.kill();
            dave.expect("tookover");
            dave.expect("locked");
            dave.order("apply");
            dave.expect("released");
        }
        requireSerial(13);
    }

    private void aPausedWriter() throws IOException, InterruptedException {
        timeline.chapter("A writer is paused for longer than its lease");
        try (Actor erin = actor("erin");
                Actor frank = heldBy(erin, "frank")) {
            erin.pause();
            frank.expect("tookover");
            frank.expect("locked");
            frank.order("apply");
            frank.expect("released");
            erin.resume();
            erin.order("insist");
            erin.expect("lost");
            erin.expect("conflict");
        }
        requireSerial(14);
    }

    /** A second deployer that has seen that the first one holds the lock. */
    private Actor heldBy(Actor holder, String name) throws IOException, InterruptedException {
        holder.expect("locked");
        Actor waiter = actor(name);
        waiter.expect("waiting");
        return waiter;
    }

    private Actor actor(String name) throws IOException {
        return new Actor(name, store, key.value(), lease, timeline);
    }

    private long serial() {
        State state = backend.states().read(key).orElseThrow(() -> new Failed("the state is gone"));
        return TinyState.serialOf(state);
    }

    private void requireSerial(long expected) {
        if (serial() != expected) {
            throw new Failed("the state has serial " + serial() + " instead of " + expected);
        }
    }
}
