package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.spi.RenewOutcome;
import io.github.statelock.testkit.ManualScheduler;
import io.github.statelock.testkit.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How far apart changes of one object are sent. */
class PaceTest {

    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler(ticker);
    private final List<String> sent = new ArrayList<>();

    private DriverCalls calls(Duration interval, Pace pace) {
        EngineOptions options = EngineOptions.builder()
                .ticker(ticker)
                .scheduler(scheduler)
                .changeInterval(interval)
                .build();
        return new DriverCalls(new Lane(Runnable::run, 1), options, pace, FirstChange.anyTime());
    }

    private DriverCalls calls() {
        return calls(INTERVAL, Pace.of(ticker));
    }

    private Call<String> send(DriverCalls calls, Pace.Change change, String name, Duration takes) {
        return calls.start(change, TIMEOUT, () -> {
            sent.add(name + "@" + ticker.elapsed().toMillis());
            ticker.advance(takes);
            return name;
        });
    }

    private static BackendUnavailableException tooFast() {
        return new BackendUnavailableException("429", null, Duration.ofSeconds(1));
    }

    /** A change that the store throttles. */
    private void throttled(DriverCalls calls, Pace.Change change) {
        calls.start(change, TIMEOUT, () -> {
            throw tooFast();
        });
    }

    private static Pace.Change change(String object) {
        return new Pace.Change(object, false);
    }

    private static Pace.Change create(String object) {
        return new Pace.Change(object, true);
    }

    @Test
    void changesAreSentAtOnceUntilTheStoreThrottlesOne() {
        DriverCalls calls = calls();
        send(calls, create("a"), "create", Duration.ZERO);
        send(calls, change("a"), "release", Duration.ZERO);
        calls.start(change("a"), TIMEOUT, () -> {
            throw new BackendUnavailableException("not reached", null);
        });
        send(calls, create("a"), "next", Duration.ZERO);
        assertThat(sent).containsExactly("create@0", "release@0", "next@0");
    }

    @Test
    void changesOfAThrottledObjectAreTheIntervalApartAndCountFromTheAnswer() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        send(calls, change("a"), "first", Duration.ofMillis(300));
        Call<String> second = send(calls, change("a"), "second", Duration.ZERO);
        send(calls, change("a"), "third", Duration.ZERO);
        assertThat(sent).isEmpty();
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).containsExactly("first@1000", "second@2300", "third@3300");
        assertThat(second.answer())
                .isCompletedWithValueMatching(answer -> answer.value().equals("second"));
    }

    @Test
    void aThrottledRenewalCountsThoughItIsAnAnswer() {
        DriverCalls calls = calls();
        calls.start(change("a"), TIMEOUT, () -> new RenewOutcome.Refused(tooFast()));
        send(calls, change("a"), "next", Duration.ZERO);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).containsExactly("next@1000");
    }

    @Test
    void aMinuteWithoutThrottlingEndsThePace() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        scheduler.advance(Duration.ofSeconds(59));
        send(calls, change("a"), "paced", Duration.ZERO);
        send(calls, change("a"), "waits", Duration.ZERO);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(sent).containsExactly("paced@59000", "waits@60000");
        send(calls, change("a"), "free", Duration.ZERO);
        assertThat(sent).endsWith("free@60000");
    }

    @Test
    void anUnansweredChangeCountsFromItsSend() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        scheduler.advance(INTERVAL);
        calls.start(change("a"), TIMEOUT, () -> {
            sent.add("lost@1000");
            throw new IllegalStateException("no answer");
        });
        send(calls, change("a"), "next", Duration.ZERO);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).containsExactly("lost@1000", "next@2000");
    }

    /** A request that hangs is abandoned; when its client gives up at last, nothing was answered. */
    @Test
    void theEndOfAnAbandonedChangeDelaysNobody() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        scheduler.advance(INTERVAL);
        Call<Boolean> hung = calls.start(change("a"), Duration.ofSeconds(3), () -> {
            scheduler.advance(Duration.ofSeconds(4));
            return true;
        });
        send(calls, change("a"), "next", Duration.ZERO);
        assertThat(hung.answer()).isCompletedExceptionally();
        assertThat(sent).containsExactly("next@5000");
    }

    @Test
    void objectsDoNotWaitForEachOtherAndReadsForNobody() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        send(calls, change("a"), "a", Duration.ZERO);
        send(calls, change("b"), "b", Duration.ZERO);
        calls.start(TIMEOUT, () -> sent.add("read"));
        assertThat(sent).containsExactly("b@0", "read");
    }

    @Test
    void allBackendsOfOneClockKeepOnePace() {
        Pace pace = Pace.of(ticker);
        throttled(calls(INTERVAL, pace), change("a"));
        send(calls(INTERVAL, pace), change("a"), "one", Duration.ZERO);
        send(calls(INTERVAL, pace), change("a"), "other", Duration.ZERO);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).containsExactly("one@1000", "other@2000");
        assertThat(Pace.of(Ticker.system())).isSameAs(Pace.of(Ticker.system()));
    }

    @Test
    void aRenewalGoesBeforeTheCreatesThatWait() {
        DriverCalls calls = calls();
        throttled(calls, create("a"));
        send(calls, create("a"), "create 1", Duration.ZERO);
        send(calls, create("a"), "create 2", Duration.ZERO);
        send(calls, create("a"), "create 3", Duration.ZERO);
        scheduler.advance(Duration.ofMillis(500));
        send(calls, change("a"), "renewal", Duration.ZERO);
        scheduler.advance(Duration.ofSeconds(6));
        assertThat(sent).startsWith("renewal@1000").hasSize(4);
        assertThat(times()).isSortedAccordingTo((x, y) -> Long.compare(x + 1000, y));
    }

    @Test
    void aChangeWhoseTurnDoesNotComeInTimeIsNeverSent() {
        DriverCalls calls = calls();
        throttled(calls, change("a"));
        Call<Boolean> late = calls.start(change("a"), Duration.ofMillis(900), () -> sent.add("late"));
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).isEmpty();
        assertThat(late.answer())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(BackendUnavailableException.class);
        assertThat(late.ended()).isCompleted();
    }

    @Test
    void withoutAnIntervalNothingWaits() {
        DriverCalls calls = calls(Duration.ZERO, Pace.of(ticker));
        throttled(calls, change("a"));
        send(calls, change("a"), "first", Duration.ZERO);
        send(calls, create("a"), "second", Duration.ZERO);
        assertThat(sent).containsExactly("first@0", "second@0");
    }

    @Test
    void manyObjectsAreForgottenButNoneBeforeItsTime() {
        DriverCalls calls = calls();
        IntStream.range(0, 5000).forEach(i -> {
            throttled(calls, change("a" + i));
            ticker.advance(Duration.ofMillis(20));
        });
        send(calls, change("a4999"), "throttled just now", Duration.ZERO);
        send(calls, change("a10"), "throttled long ago", Duration.ZERO);
        assertThat(sent).containsExactly("throttled long ago@100000");
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(sent).endsWith("throttled just now@100980");
    }

    private List<Long> times() {
        return sent.stream()
                .map(s -> Long.valueOf(s.substring(s.indexOf('@') + 1)))
                .toList();
    }
}
