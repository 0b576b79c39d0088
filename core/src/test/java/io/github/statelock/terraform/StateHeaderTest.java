package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateHeaderTest {

    private static final StateHeader HEADER = new StateHeader(7, "b3a1");

    @ParameterizedTest
    @ValueSource(
            strings = {
                // as Terraform writes it
                """
                {
                  "version": 4,
                  "terraform_version": "1.9.0",
                  "serial": 7,
                  "lineage": "b3a1",
                  "outputs": {},
                  "resources": [],
                  "check_results": null
                }
                """,
                // as OpenTofu writes it encrypted
                "{\"serial\":7,\"lineage\":\"b3a1\",\"meta\":{\"key_provider.pbkdf2.k\":\"e30=\"},"
                        + "\"encrypted_data\":\"AAAA\",\"encryption_version\":\"v0\"}",
                "{\"lineage\":\"b3a1\",\"serial\":7}",
                "{\"resources\":[{\"serial\":99,\"lineage\":\"no\"},[{\"serial\":{}}]],\"lineage\":\"b3a1\",\"serial\":7}",
                "{\"outputs\":{\"serial\":{\"value\":1},\"lineage\":[]},\"serial\":7,\"lineage\":\"b3a1\"}",
                "{\"ser\\u0069al\":7,\"lineage\":\"b3\\u0061\\u0031\"}",
                "{\"Serial\":8,\"LINEAGE\":1,\"serial\":7,\"lineage\":\"b3a1\"}",
                "{\"big\":123456789012345678901234567890,\"float\":1e999999,\"serial\":7,\"lineage\":\"b3a1\"}",
            })
    void findsSerialAndLineageWhereverTheyAre(String json) {
        assertThat(header(json)).isEqualTo(HEADER);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "null",
                "7",
                "\"serial\"",
                "[]",
                "[{\"serial\":7,\"lineage\":\"b3a1\"}]",
                "{}",
                "{\"serial\":7}",
                "{\"lineage\":\"b3a1\"}",
                "{\"resources\":[{\"serial\":7,\"lineage\":\"b3a1\"}]}",
                "{\"serial\":\"7\",\"lineage\":\"b3a1\"}",
                "{\"serial\":7.0,\"lineage\":\"b3a1\"}",
                "{\"serial\":1e3,\"lineage\":\"b3a1\"}",
                "{\"serial\":-1,\"lineage\":\"b3a1\"}",
                "{\"serial\":9223372036854775808,\"lineage\":\"b3a1\"}",
                "{\"serial\":null,\"lineage\":\"b3a1\"}",
                "{\"serial\":[7],\"lineage\":\"b3a1\"}",
                "{\"serial\":7,\"lineage\":null}",
                "{\"serial\":7,\"lineage\":3}",
                "{\"serial\":7,\"lineage\":{\"lineage\":\"b3a1\"}}",
                "{\"serial\":7,\"outputs\":{",
                "{\"serial\":7,\"outputs\":}",
                "{\"serial\":7 \"lineage\":\"b3a1\"}",
                "{\"serial\":7,\"lineage\":\"b3",
                "\ufeff{\"serial\":7,\"lineage\":\"b3a1\"}",
                "hello",
            })
    void otherContentHasNoHeader(String content) {
        assertThat(StateHeader.of(utf8(content))).isEmpty();
    }

    @Test
    void theLargestSerialIsRead() {
        assertThat(header("{\"serial\":9223372036854775807,\"lineage\":\"\"}"))
                .isEqualTo(new StateHeader(Long.MAX_VALUE, ""));
    }

    @Test
    void theFirstOfDuplicatesCounts() {
        assertThat(header("{\"serial\":7,\"serial\":\"8\",\"lineage\":\"b3a1\",\"lineage\":\"other\"}"))
                .isEqualTo(HEADER);
    }

    @Test
    void whatFollowsTheHeaderIsNotJudged() {
        assertThat(header("{\"serial\":7,\"lineage\":\"b3a1\" and then something else"))
                .isEqualTo(HEADER);
    }

    @Test
    void whatFollowsTheHeaderIsNotRead() throws IOException {
        InputStream head = new ByteArrayInputStream(utf8("{\"serial\":7,\"lineage\":\"b3a1\"," + " ".repeat(100_000)));
        InputStream content = new SequenceInputStream(head, new BrokenStream());

        assertThat(StateHeader.of(content)).contains(HEADER);
    }

    @Test
    void aStreamThatFailsIsNoAnswer() {
        InputStream head = new ByteArrayInputStream(utf8("{\"serial\":7,"));

        assertThatIOException()
                .isThrownBy(() -> StateHeader.of(new SequenceInputStream(head, new BrokenStream())))
                .withMessage("broken");
    }

    @Test
    void theStreamStaysOpen() throws IOException {
        boolean[] closed = {false};
        InputStream content = new ByteArrayInputStream(utf8("{\"serial\":7,\"lineage\":\"b3a1\"}")) {
            @Override
            public void close() {
                closed[0] = true;
            }
        };

        assertThat(StateHeader.of(content)).contains(HEADER);
        assertThat(closed[0]).isFalse();
    }

    @Test
    void malformedUtf8BeforeTheHeaderIsSkipped() {
        byte[] content =
                "{\"output\":\"\u00e9\",\"serial\":7,\"lineage\":\"b3a1\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(StateHeader.of(content)).contains(HEADER);
    }

    @Test
    void nestingMayBeAsDeepAsGoReads() {
        assertThat(header(nested(9_999))).isEqualTo(HEADER);
        assertThat(StateHeader.of(utf8(nested(10_000)))).isEmpty();
    }

    @Test
    void randomAndMutatedContentNeverThrows() {
        byte[] state = utf8("{\"version\":4,\"outputs\":{\"a\":[1,\"\\u00e9\"]},\"serial\":7,\"lineage\":\"b3a1\"}");
        int found = 0;
        for (int seed = 0; seed < 50_000; seed++) {
            Random random = new Random(seed);
            byte[] mutant = state.clone();
            for (int count = 1 + random.nextInt(4); count > 0; count--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            found += StateHeader.of(mutant).isPresent() ? 1 : 0;
        }
        assertThat(found).isBetween(5_000, 45_000);
    }

    private static String nested(int levels) {
        return "{\"a\":" + "[".repeat(levels) + "]".repeat(levels) + ",\"serial\":7,\"lineage\":\"b3a1\"}";
    }

    private static StateHeader header(String json) {
        return StateHeader.of(utf8(json)).orElseThrow();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static final class BrokenStream extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("broken");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            throw new IOException("broken");
        }
    }
}
