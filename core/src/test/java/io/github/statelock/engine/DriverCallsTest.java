package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.OverrunException;
import io.github.statelock.engine.DriverCalls.Timed;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DriverCallsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();
    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final DriverCalls calls = new DriverCalls(
            new Lane(pool::add, 100),
            EngineOptions.builder().ticker(time).scheduler(time).build(),
            Pace.of(time),
            FirstChange.anyTime());
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void anAnswerCarriesTheTimesAroundItsRequest() {
        long start = time.nanos();
        Call<String> call = calls.start(TIMEOUT, () -> {
            time.pass(Duration.ofSeconds(2));
            return "answer";
        });
        time.pass(Duration.ofSeconds(1)); // in the pool's queue
        pool.remove().run();
        Timed<String> answer = call.answer().join();
        assertThat(answer.value()).isEqualTo("answer");
        assertThat(answer.sent() - start).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(answer.received() - start).isEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(call.ended()).isDone();
    }

    @Test
    void anAnsweredCallLeavesNoTimer() {
        Call<Integer> call = calls.start(TIMEOUT, sent::incrementAndGet);
        pool.remove().run();
        assertThat(call.answer()).isDone();
        assertThat(time.scheduled()).isZero();
    }

    @Test
    void aCallThatWasNeverSentSaysSoAndIsNotSentLater() {
        Call<Integer> call = calls.start(TIMEOUT, sent::incrementAndGet);
        time.advance(TIMEOUT);
        assertThatThrownBy(() -> Waits.get(call.answer()))
                .isInstanceOf(BackendUnavailableException.class)
                .hasMessageContaining("Not sent within 10000 ms");
        assertThat(call.ended()).isDone();
        pool.remove().run();
        assertThat(sent).hasValue(0);
    }

    @Test
    void aCallThatOverrunsHasNoAnswerAndALateOneIsIgnored() {
        CompletableFuture<?>[] ended = new CompletableFuture<?>[1];
        Call<String> call = calls.start(TIMEOUT, () -> {
            time.advance(TIMEOUT.minusNanos(1));
            assertThat(sent.incrementAndGet()).isEqualTo(1);
            time.advance(Duration.ofNanos(1));
            assertThat(ended[0]).isNotDone(); // abandoned, and still at work
            return "late";
        });
        ended[0] = call.ended();
        pool.remove().run();
        assertThat(sent).hasValue(1);
        assertThatThrownBy(() -> Waits.get(call.answer())).isInstanceOf(OverrunException.class);
        assertThat(call.ended()).isDone();
    }

    @Test
    void whatADriverThrowsIsTheAnswer() {
        Call<String> failed = calls.start(TIMEOUT, () -> {
            throw new BackendUnavailableException("refused", null);
        });
        Call<String> broken = calls.start(TIMEOUT, () -> {
            throw new NoClassDefFoundError("a client library's");
        });
        pool.remove().run();
        pool.remove().run();
        assertThatThrownBy(() -> Waits.get(failed.answer())).isInstanceOf(BackendUnavailableException.class);
        assertThatThrownBy(() -> Waits.get(broken.answer())).isInstanceOf(NoClassDefFoundError.class);
        assertThat(broken.ended()).isDone();
    }
}
