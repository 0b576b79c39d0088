package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ListenAddressTest {

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8080", "127.1.2.3:0", "[::1]:8080", "localhost:8080"})
    void theseAreOfThisMachineAlone(String text) {
        assertThat(ListenAddress.parse(text).isLoopback()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:8080", ":8080", "[::]:8080", "192.0.2.1:8080", "[::ffff:192.0.2.1]:8080"})
    void theseAreNot(String text) {
        assertThat(ListenAddress.parse(text).isLoopback()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:8080", "a:b:1"})
    void theseAreNoAddresses(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("HOST:PORT");
    }

    @Test
    void aPortIsKept() {
        assertThat(ListenAddress.parse("127.0.0.1:8443").socket().getPort()).isEqualTo(8443);
    }
}
