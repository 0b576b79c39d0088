package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class WaitsTest {

    private final ManualTime time = new ManualTime();
    private final Waits waits = new Waits(time);

    @Test
    void aPauseEndsWithItsTime() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread waiter = pausing(Duration.ofSeconds(5), new CompletableFuture<>(), over);
        ManualTime.await(() -> time.scheduled() == 1);
        time.advance(Duration.ofMillis(4999));
        assertThat(over).isFalse();
        time.advance(Duration.ofMillis(1));
        waiter.join();
        assertThat(over).isTrue();
    }

    @Test
    void aPauseEndsWithItsFutureAlsoWhereThatFails() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> until = new CompletableFuture<>();
        Thread waiter = pausing(Duration.ofHours(1), until, over);
        ManualTime.await(() -> time.scheduled() == 1);
        until.completeExceptionally(new IOException("a reason"));
        waiter.join();
        assertThat(over).isTrue();
        assertThat(time.scheduled()).isZero();
    }

    /** A waiting thread pauses on the same future at each poll, for days. */
    @Test
    void pausesLeaveNothingBehindOnTheFutureTheyWaitFor() throws Exception {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        CompletableFuture<Void> holderKnown = new CompletableFuture<>();
        AtomicBoolean over = new AtomicBoolean();
        Thread waiter = new Thread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    waits.pause(Duration.ofMillis(20), turn);
                    waits.pause(Duration.ofMillis(20), turn, holderKnown);
                }
                over.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        waiter.start();
        time.advanceUntil(over::get);
        assertThat(turn.getNumberOfDependents()).isLessThan(3);
        assertThat(holderKnown.getNumberOfDependents()).isLessThan(3);
    }

    @Test
    void pausesEndWhenTheEngineCloses() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Thread waiter = pausing(Duration.ofHours(1), new CompletableFuture<>(), over);
        ManualTime.await(() -> time.scheduled() == 1);
        waits.endAll();
        waiter.join();
        assertThat(over).isTrue();
        waits.pause(Duration.ofHours(1)); // and none begins any more
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void anInterruptEndsAPauseAndLeavesNoTimer() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> waits.pause(Duration.ofHours(1))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void anInterruptDoesNotEndAnUninterruptibleWaitAndIsKept() throws Exception {
        CompletableFuture<String> future = new CompletableFuture<>();
        AtomicReference<String> seen = new AtomicReference<>();
        AtomicBoolean flag = new AtomicBoolean();
        Thread waiter = new Thread(() -> {
            seen.set(Waits.getUninterruptibly(future));
            flag.set(Thread.currentThread().isInterrupted());
        });
        waiter.start();
        waiter.interrupt();
        ManualTime.await(() -> waiter.getState() == Thread.State.WAITING && !waiter.isInterrupted());
        future.complete("value");
        waiter.join();
        assertThat(seen).hasValue("value");
        assertThat(flag).isTrue();
    }

    @Test
    void aFailureIsThrownAsItIsAndNamesTheThreadThatWaited() {
        IllegalArgumentException failure = new IllegalArgumentException("a reason");
        assertThatThrownBy(() -> Waits.get(CompletableFuture.failedFuture(failure)))
                .isSameAs(failure)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()[0])
                        .hasMessageContaining(Thread.currentThread().getName()));
    }

    @Test
    void aCheckedFailureIsTheCauseOfWhatIsThrown() {
        IOException failure = new IOException("a reason");
        assertThatThrownBy(() -> Waits.get(CompletableFuture.failedFuture(failure)))
                .isInstanceOf(IllegalStateException.class)
                .hasCause(failure);
    }

    @Test
    void theWrapperOfFuturesIsTakenOff() {
        IOException failure = new IOException("a reason");
        assertThat(Waits.unwrap(new CompletionException(failure))).isSameAs(failure);
        assertThat(Waits.unwrap(failure)).isSameAs(failure);
    }

    private Thread pausing(Duration pause, CompletableFuture<?> until, AtomicBoolean over) {
        Thread thread = new Thread(() -> {
            try {
                waits.pause(pause, until);
                over.set(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        return thread;
    }
}
