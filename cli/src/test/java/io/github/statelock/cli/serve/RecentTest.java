package io.github.statelock.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.testkit.ManualTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentTest {

    private final ManualTicker ticker = new ManualTicker();
    private final Recent<String, Integer> recent = new Recent<>(2, Duration.ofSeconds(10), ticker);

    @Test
    void theOldestIsForgottenWhenThereAreTooMany() {
        recent.put("a", 1);
        recent.put("b", 2);
        recent.put("a", 3);
        recent.put("c", 4);
        assertThat(recent.get("b")).isEmpty();
        assertThat(recent.get("a")).contains(3);
        assertThat(recent.get("c")).contains(4);
    }

    @Test
    void everythingIsForgottenInTime() {
        recent.put("a", 1);
        ticker.advance(Duration.ofSeconds(9));
        recent.put("b", 2);
        assertThat(recent.get("a")).contains(1);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(recent.get("a")).isEmpty();
        assertThat(recent.get("b")).contains(2);
    }
}
