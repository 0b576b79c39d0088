package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import io.github.statelock.terraform.LockFile.Lease;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockFileTest {

    private static final LockInfo INFO = new LockInfo(
            "x", "apply", "", "dana@build-7", "statelock/0.1.0", Instant.parse("2026-01-02T03:04:05Z"), "bucket/key");

    @Test
    void withoutLeaseTheFileIsTheLockInfoAlone() {
        LockFile file = new LockFile(INFO, Optional.empty());

        assertThat(file.encode()).isEqualTo(LockInfoCodec.encode(INFO));
        assertThat(LockFile.decode(file.encode())).isEqualTo(file);
    }

    @Test
    void theLeaseIsOneKeyAfterTheSeven() {
        LockFile file = new LockFile(INFO, Optional.of(new Lease(30_000, 4, Optional.empty())));

        assertThat(utf8(file.encode()))
                .isEqualTo("{\"ID\":\"x\",\"Operation\":\"apply\",\"Info\":\"\",\"Who\":\"dana@build-7\","
                        + "\"Version\":\"statelock/0.1.0\",\"Created\":\"2026-01-02T03:04:05Z\",\"Path\":\"bucket/key\","
                        + "\"Lease\":{\"Millis\":30000,\"Beat\":4}}");
        assertThat(LockFile.decode(file.encode())).isEqualTo(file);
        assertThat(LockInfoCodec.decode(file.encode())).isEqualTo(INFO);
    }

    @Test
    void theProcessIsTheLastKeyOfTheLease() {
        LockFile file = new LockFile(INFO, Optional.of(new Lease(1, 0, Optional.of("<\"boot\" 12>"))));

        assertThat(utf8(file.encode()))
                .endsWith(",\"Lease\":{\"Millis\":1,\"Beat\":0,\"Process\":\"\\u003c\\\"boot\\\" 12\\u003e\"}}");
        assertThat(LockFile.decode(file.encode())).isEqualTo(file);
    }

    @Test
    void everyBeatChangesTheBytes() {
        byte[] one = new LockFile(INFO, Optional.of(new Lease(30_000, 1, Optional.empty()))).encode();
        byte[] two = new LockFile(INFO, Optional.of(new Lease(30_000, 2, Optional.empty()))).encode();

        assertThat(one).isNotEqualTo(two);
    }

    @Test
    void theLargestFileCanBeReadAgain() {
        int rest = LockInfoCodec.encode(withInfo("")).length;
        LockInfo longest = withInfo("x".repeat(LockInfoCodec.MAX_WRITE_BYTES - rest));
        LockFile file = new LockFile(
                longest, Optional.of(new Lease(Lease.MAX_MILLIS, Long.MAX_VALUE, Optional.of("<".repeat(1024)))));

        assertThat(LockFile.decode(file.encode())).isEqualTo(file);
    }

    @Test
    void readsALeaseInAnyOrderWithUnknownKeys() {
        LockFile file = decode("{\"Lease\":{\"More\":[{}],\"Process\":\"p\",\"Beat\":7,\"Millis\":5000},\"ID\":\"x\"}");

        assertThat(file.lease()).contains(new Lease(5000, 7, Optional.of("p")));
        assertThat(file.info().id()).isEqualTo("x");
    }

    @Test
    void theLastOfTwoLeasesCounts() {
        assertThat(decode("{\"Lease\":{\"Millis\":1,\"Beat\":1},\"Lease\":{\"Millis\":2,\"Beat\":2}}")
                        .lease())
                .contains(new Lease(2, 2, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "30000",
                "\"30000\"",
                "[]",
                "{}",
                "{\"Millis\":30000}",
                "{\"Beat\":1}",
                "{\"Millis\":0,\"Beat\":1}",
                "{\"Millis\":-1,\"Beat\":1}",
                "{\"Millis\":-9223372036854775808,\"Beat\":1}",
                "{\"Millis\":31536000001,\"Beat\":1}",
                "{\"Millis\":30000,\"Beat\":-1}",
                "{\"Millis\":30000.0,\"Beat\":1}",
                "{\"Millis\":3e4,\"Beat\":1}",
                "{\"Millis\":30000,\"Beat\":1e999999999}",
                "{\"Millis\":\"30000\",\"Beat\":1}",
                "{\"Millis\":null,\"Beat\":1}",
                "{\"Millis\":{},\"Beat\":1}",
                "{\"Millis\":30000,\"Beat\":9223372036854775808}",
                "{\"Millis\":30000,\"Beat\":18446744073709551617}",
                "{\"Millis\":30000,\"Beat\":1,\"Process\":1}",
                "{\"Millis\":30000,\"Beat\":1,\"Process\":null}",
            })
    void refusesALeaseThatMakesNoSense(String lease) {
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"ID\":\"x\",\"Lease\":" + lease + "}"));
    }

    @Test
    void refusesABeatOfTenThousandDigits() {
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"Lease\":{\"Millis\":1,\"Beat\":" + "9".repeat(10_000) + "}}"));
    }

    @Test
    void refusesAProcessThatIsTooLong() {
        String process = "p".repeat(1025);

        assertThatIllegalArgumentException().isThrownBy(() -> new Lease(1, 1, Optional.of(process)));
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"Lease\":{\"Millis\":1,\"Beat\":1,\"Process\":\"" + process + "\"}}"));
    }

    @Test
    void theLongestLeaseIsADurationInNanoseconds() {
        Lease lease = new Lease(Lease.MAX_MILLIS, 0, Optional.empty());

        assertThat(lease.duration()).isEqualTo(Duration.ofDays(365));
        assertThat(lease.duration().toNanos()).isPositive();
    }

    private static LockInfo withInfo(String info) {
        return new LockInfo("x", "apply", info, "dana@build-7", "statelock/0.1.0", INFO.created(), "bucket/key");
    }

    private static LockFile decode(String json) {
        return LockFile.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
