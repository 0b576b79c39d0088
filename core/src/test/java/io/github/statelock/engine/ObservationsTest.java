package io.github.statelock.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObservationsTest {

    private static final StateKey KEY = StateKey.of("key");

    private final Observations observations = new Observations(ofTwoParts());

    /** A driver that keeps each lock in two places. */
    private static LockDriver ofTwoParts() {
        return (LockDriver) Proxy.newProxyInstance(
                ObservationsTest.class.getClassLoader(),
                new Class<?>[] {LockDriver.class},
                (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("watchedParts");
                    String version = ((ObservedLock) arguments[0]).version();
                    int bar = version.indexOf('|');
                    return List.of("file " + version.substring(0, bar), "table " + version.substring(bar + 1));
                });
    }

    private static ObservedLock seen(String version) {
        return new ObservedLock(KEY, Optional.empty(), Optional.empty(), version, false);
    }

    @Test
    void aRecordIsAsOldAsItsYoungestPart() {
        assertThat(observations.see(seen("a|b"), 10)).isEqualTo(10);
        assertThat(observations.see(seen("a|b"), 20)).isEqualTo(10);
        assertThat(observations.see(seen("a|c"), 30)).isEqualTo(30);
        assertThat(observations.see(seen("a|c"), 40)).isEqualTo(30);
        assertThat(observations.see(seen("d|c"), 50)).isEqualTo(50);
        assertThat(observations.see(seen("d|c"), 60)).isEqualTo(50);
    }

    @Test
    void theYoungestIsTheLatestAlsoWhereTheClockOverflows() {
        observations.see(seen("a|b"), Long.MAX_VALUE - 5);
        assertThat(observations.see(seen("a|c"), Long.MIN_VALUE + 5)).isEqualTo(Long.MIN_VALUE + 5);
    }

    @Test
    void aHolderWhoseRecordCouldNotBeReadIsNotObserved() {
        observations.see(seen("a|b"), 10);
        assertThat(observations.see(seen(""), 20)).isEqualTo(20);
        assertThat(observations.see(seen("a|b"), 30)).isEqualTo(10);
    }
}
