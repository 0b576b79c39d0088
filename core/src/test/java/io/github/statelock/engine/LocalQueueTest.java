package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LocalQueueTest {

    private static final StateKey KEY = StateKey.of("key");
    private static final ObservedLock HOLDER =
            new ObservedLock(KEY, Optional.empty(), Optional.empty(), "their version", false);

    private final LocalQueue queue = new LocalQueue();

    @Test
    void firstComeFirstServed() {
        LocalQueue.Ticket first = queue.join(KEY, true);
        LocalQueue.Ticket second = queue.join(KEY, true);
        LocalQueue.Ticket third = queue.join(KEY, true);
        assertThat(first.turn()).isDone();
        assertThat(second.turn()).isNotDone();
        first.leave();
        assertThat(second.turn()).isDone();
        assertThat(third.turn()).isNotDone();
        second.leave();
        assertThat(third.turn()).isDone();
    }

    @Test
    void whoGivesUpInTheMiddleIsPassedOver() {
        LocalQueue.Ticket first = queue.join(KEY, true);
        LocalQueue.Ticket second = queue.join(KEY, true);
        LocalQueue.Ticket third = queue.join(KEY, true);
        second.leave();
        assertThat(third.turn()).isNotDone();
        first.leave();
        assertThat(third.turn()).isDone();
        assertThat(second.turn()).isNotDone();
    }

    @Test
    void leavingTwiceIsLeavingOnce() {
        LocalQueue.Ticket first = queue.join(KEY, true);
        LocalQueue.Ticket second = queue.join(KEY, true);
        LocalQueue.Ticket third = queue.join(KEY, true);
        first.leave();
        first.leave();
        assertThat(second.turn()).isDone();
        assertThat(third.turn()).isNotDone();
    }

    @Test
    void aHeadThatTakesNothingOverLetsTheFirstThatDoesGoFirstAndIsNextItself() {
        LocalQueue.Ticket head = queue.join(KEY, false);
        LocalQueue.Ticket second = queue.join(KEY, false);
        LocalQueue.Ticket heir = queue.join(KEY, true);
        LocalQueue.Ticket last = queue.join(KEY, true);
        assertThat(second.passTurn()).as("not the head").isFalse();
        assertThat(head.passTurn()).isTrue();
        assertThat(heir.turn()).isDone();
        assertThat(head.turn()).isNotDone();
        assertThat(heir.passTurn()).as("takes over itself").isFalse();
        heir.leave();
        assertThat(head.turn()).isDone();
        assertThat(second.turn()).isNotDone();
        last.leave();
        assertThat(head.passTurn()).as("nobody left who takes over").isFalse();
        assertThat(head.turn()).isDone();
    }

    @Test
    void keysDoNotWaitForEachOther() {
        queue.join(KEY, true);
        assertThat(queue.join(StateKey.of("another"), true).turn()).isDone();
    }

    @Test
    void anEmptyLineStartsAnew() {
        queue.join(KEY, true).leave();
        assertThat(queue.join(KEY, true).turn()).isDone();
    }

    @Test
    void theHeadTellsThoseBehindWhoHoldsTheLock() {
        LocalQueue.Ticket head = queue.join(KEY, true);
        LocalQueue.Ticket behind = queue.join(KEY, true);
        assertThat(behind.holderKnown()).isNotDone();
        head.show(HOLDER);
        assertThat(behind.holderKnown()).isDone();
        assertThat(behind.holder()).contains(HOLDER);
    }

    @Test
    void onlyTheHeadTells() {
        LocalQueue.Ticket head = queue.join(KEY, true);
        LocalQueue.Ticket behind = queue.join(KEY, true);
        behind.show(HOLDER);
        assertThat(head.holder()).isEmpty();
    }

    @Test
    void whatTheOldHeadKnewEndsWithItsTurn() {
        LocalQueue.Ticket head = queue.join(KEY, true);
        LocalQueue.Ticket next = queue.join(KEY, true);
        LocalQueue.Ticket last = queue.join(KEY, true);
        head.show(HOLDER);
        head.leave();
        assertThat(last.holder()).isEmpty();
        CompletableFuture<Void> known = last.holderKnown();
        assertThat(known).isNotDone();
        next.show(HOLDER);
        assertThat(known).isDone();
    }
}
