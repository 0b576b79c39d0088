package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TurnsTest {

    private static final StateKey KEY = StateKey.of("a");

    @Test
    void oneAtATimeAndNothingIsLeft() {
        Turns turns = new Turns(Duration.ofSeconds(30));
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(CompletableFuture.runAsync(() -> {
                for (int j = 0; j < 500; j++) {
                    take(turns, KEY, () -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        for (int k = 0; k < 1000; k++) {
                            Thread.onSpinWait();
                        }
                        inside.decrementAndGet();
                    });
                }
            }));
        }
        all.forEach(CompletableFuture::join);
        assertThat(most).hasValue(1);
        assertThat(turns.size()).isZero();
    }

    @Test
    void whoWaitsTooLongIsAskedToComeAgainAndOtherKeysAreFree() {
        Turns turns = new Turns(Duration.ofMillis(20));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Answer> first = CompletableFuture.supplyAsync(() -> take(turns, KEY, () -> {
            inside.countDown();
            await(end);
        }));
        await(inside);
        assertThat(take(turns, KEY, () -> {}).status()).isEqualTo(503);
        assertThat(take(turns, StateKey.of("b"), () -> {}).status()).isEqualTo(200);
        end.countDown();
        assertThat(first.join().status()).isEqualTo(200);
        assertThat(turns.size()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Answer take(Turns turns, StateKey key, Runnable work) {
        try {
            return turns.take(key, () -> {
                work.run();
                return Answer.done();
            });
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
