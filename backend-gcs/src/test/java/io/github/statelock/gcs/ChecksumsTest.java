package io.github.statelock.gcs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.testkit.FaultProxy;
import io.github.statelock.testkit.WireFault;
import io.github.statelock.testkit.WireRequest;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Content that is not what the service stored is not handed out. */
@Tag("real-time")
class ChecksumsTest {

    private static final Predicate<WireRequest> MEDIA =
            WireRequest.method("GET").and(WireRequest.targetContains("alt=media"));

    private final Gcs gcs = Gcs.main();
    private final StateKey key = StateKey.of("checksums/" + UUID.randomUUID());

    @Test
    void theyAreThoseOfTheService() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Checksums.crc32c(digits)).isEqualTo("4waSgw==");
        assertThat(Checksums.md5(digits)).isEqualTo("JfnnlDI7RTiF9RgfG2JNCw==");
    }

    @Test
    void contentThatIsDamagedOnceIsReadAgain() {
        assertThat(readWithDamage(1).utf8()).isEqualTo("whole");
    }

    @Test
    void contentThatStaysDamagedIsCorrupt() {
        assertThatThrownBy(() -> readWithDamage(2))
                .isInstanceOf(StateCorruptException.class)
                .hasMessageContaining("checksum");
    }

    private State readWithDamage(int times) {
        try (FaultProxy proxy = FaultProxy.inFrontOf(gcs.server());
                GcsBackend backend = gcs.through(proxy.uri()).backend().build()) {
            backend.states().write(key, "whole".getBytes(StandardCharsets.UTF_8), WriteCondition.ifAbsent());
            proxy.arm(WireFault.answer(200, "application/json", "whols"), MEDIA, 0, times);
            return backend.states().read(key).orElseThrow();
        }
    }
}
