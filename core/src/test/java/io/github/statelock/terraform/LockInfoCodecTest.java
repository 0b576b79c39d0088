package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LockInfoCodecTest {

    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.38Z");

    static Stream<GoVectors.Encoding> encodings() throws IOException {
        return GoVectors.encodings();
    }

    static Stream<GoVectors.Decoding> decodings() throws IOException {
        return GoVectors.decodings();
    }

    @Test
    void theVectorsAreThere() throws IOException {
        assertThat(encodings().count()).isEqualTo(269);
        assertThat(decodings().filter(GoVectors.Decoding::refused).count()).isEqualTo(33);
        assertThat(decodings().filter(vector -> !vector.refused()).count()).isEqualTo(23);
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void writesTheBytesThatGoWrites(GoVectors.Encoding vector) {
        assertThat(utf8(LockInfoCodec.encode(vector.info()))).isEqualTo(vector.json());
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void readsWhatGoWroteAndWritesItAgain(GoVectors.Encoding vector) {
        LockInfo decoded = decode(vector.json());

        assertThat(decoded).isEqualTo(vector.info());
        assertThat(utf8(LockInfoCodec.encode(decoded))).isEqualTo(vector.json());
    }

    @ParameterizedTest
    @MethodSource("decodings")
    void readsWhatGoReadsAndRefusesWhatGoRefuses(GoVectors.Decoding vector) {
        if (vector.refused()) {
            assertThatExceptionOfType(StateCorruptException.class).isThrownBy(() -> decode(vector.in()));
        } else {
            LockInfo decoded = decode(vector.in());
            assertThat(utf8(LockInfoCodec.encode(decoded))).isEqualTo(vector.out());
            assertThat(decoded).isEqualTo(decode(vector.out()));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-02T03:04:05,5Z",
                "2026-01-02T03:04:05.1234567891Z",
                "2026-01-02T03:04:05+02:60",
                "2026-01-02T03:04:05+23:00",
                "0000-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01",
            })
    void refusesTimesThatGoReadsButNeverWrites(String time) {
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"Created\":\"" + time + "\"}"))
                .withMessageContaining("created is not a time");
    }

    @Test
    void replacesWhatGoCannotKeep() {
        String text = "\0\1\b\f\u000b\u001b\u001f \ud800a\udc00 \udc00\ud800";

        String json = utf8(LockInfoCodec.encode(withInfo(text)));

        assertThat(json).contains("\"Info\":\"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd \ufffda\ufffd \ufffd\ufffd\"");
    }

    @Test
    void writesAtMostFourKibibytes() {
        int rest = LockInfoCodec.encode(withInfo("")).length;
        String longest = "x".repeat(LockInfoCodec.MAX_WRITE_BYTES - rest);

        assertThat(LockInfoCodec.encode(withInfo(longest))).hasSize(4096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockInfoCodec.encode(withInfo(longest + "x")))
                .withMessageContaining("4097 bytes")
                .withMessageContaining("4096");
    }

    @Test
    void theLimitCountsBytesAndNotCharacters() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockInfoCodec.encode(withInfo("😀".repeat(1024))))
                .withMessageContaining("the most is 4096");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockInfoCodec.encode(withInfo("<".repeat(700))))
                .withMessageContaining("the most is 4096");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0001-12-31T23:59:59.999999999Z", "+10000-01-01T00:00:00Z"})
    void refusesToWriteAYearThatRfc3339CannotHold(String created) {
        LockInfo info = new LockInfo("x", "", "", "", "", Instant.parse(created), "");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> LockInfoCodec.encode(info))
                .withMessageContaining("0 to 9999");
    }

    @Test
    void readsAtMostSixteenKibibytes() {
        String head = "{\"ID\":\"x\"";
        String longest = head + " ".repeat(LockInfoCodec.MAX_READ_BYTES - head.length() - 1) + "}";

        assertThat(decode(longest).id()).isEqualTo("x");
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode(longest + " "))
                .withMessageContaining("16385 bytes");
    }

    @Test
    void readsAtMostSixteenLevels() {
        assertThat(decode("{\"Other\":" + "[".repeat(15) + "]".repeat(15) + ",\"ID\":\"x\"}")
                        .id())
                .isEqualTo("x");
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"Other\":" + "[".repeat(16) + "]".repeat(16) + ",\"ID\":\"x\"}"))
                .withMessageContaining("nested deeper than 16 levels");
    }

    @Test
    void skipsALongNumber() {
        String number = "9".repeat(16_000);

        assertThat(decode("{\"Other\":" + number + ",\"ID\":\"x\"}").id()).isEqualTo("x");
        assertThatExceptionOfType(StateCorruptException.class).isThrownBy(() -> decode("{\"ID\":" + number + "}"));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[] cut = "{\"ID\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);
        byte[] utf16 = "{\"ID\":\"x\"}".getBytes(StandardCharsets.UTF_16LE);

        assertThatExceptionOfType(StateCorruptException.class).isThrownBy(() -> LockInfoCodec.decode(cut));
        assertThatExceptionOfType(StateCorruptException.class).isThrownBy(() -> LockInfoCodec.decode(utf16));
    }

    @Test
    void theErrorDoesNotQuoteTheRecord() {
        assertThatExceptionOfType(StateCorruptException.class)
                .isThrownBy(() -> decode("{\"ID\":hunter2}"))
                .satisfies(e -> assertThat(e.toString()).contains("character").doesNotContain("hunter2"))
                .withNoCause();
    }

    @Test
    void readsTheLockInfoOfALockFileWhateverItsLeaseSays() {
        assertThat(decode("{\"ID\":\"x\",\"Lease\":-1}").id()).isEqualTo("x");
    }

    private static LockInfo withInfo(String info) {
        return new LockInfo("x", "apply", info, "dana@build-7", "statelock/0.1.0", CREATED, "bucket/key");
    }

    private static LockInfo decode(String json) {
        return LockInfoCodec.decode(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
