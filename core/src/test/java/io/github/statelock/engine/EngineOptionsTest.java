package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Times that an engine can add up. */
class EngineOptionsTest {

    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Duration LONGER = LONGEST.plusNanos(1);

    @Test
    void timesThatAreTooLongAreRefusedByName() {
        EngineOptions.Builder builder = EngineOptions.builder();
        refused(() -> builder.callTimeout(LONGER), "callTimeout is longer than 24 hours");
        refused(() -> builder.callTimeout(Duration.ofSeconds(Long.MAX_VALUE)), "callTimeout is longer than 24 hours");
        refused(() -> builder.transferTimeout(LONGER), "transferTimeout is longer than 24 hours");
        refused(() -> builder.poll(LONGER, LONGEST), "poll from is longer than 24 hours");
        refused(() -> builder.poll(LONGEST, LONGER), "poll to is longer than 24 hours");
        refused(() -> builder.changeInterval(LONGER), "changeInterval is longer than 24 hours");
        refused(() -> builder.changeInterval(Duration.ofNanos(-1)), "changeInterval is negative");
    }

    @Test
    void theLongestTimesAreTaken() {
        EngineOptions options = EngineOptions.builder()
                .callTimeout(LONGEST)
                .transferTimeout(LONGEST)
                .poll(LONGEST, LONGEST)
                .changeInterval(LONGEST)
                .build();
        assertThat(options.callTimeout()).isEqualTo(LONGEST);
        assertThat(options.changeTimeout()).isEqualTo(Duration.ofHours(12));
    }

    private static void refused(Runnable setting, String message) {
        assertThatIllegalArgumentException().isThrownBy(setting::run).withMessageContaining(message);
    }
}
