package io.github.statelock.terraform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The header is read in memory that does not grow with the content. */
@Tag("slow")
class StateHeaderMemoryTest {

    private static final long MIB = 1L << 20;
    private static final long ALLOWED_GROWTH = 5 * MIB;
    private static final String HEADER = "\"serial\":7,\"lineage\":\"b3a1\"}";

    @Test
    void behindTwoHundredMegabytesOfResources() throws IOException {
        IntFunction<String> resource = n -> "{\"mode\":\"managed\",\"type\":\"aws_instance\",\"name\":\"n" + n
                + "\",\"instances\":[{\"attributes\":{\"tags\":{\"serial\":1,\"größe\":\"a\\\"b\"},\"cost\":12.5,"
                + "\"list\":[[1,2],[true,null]],\"lineage\":\"no\"}}]},";
        MadeUpStream state = new MadeUpStream("{\"version\":4,\"resources\":[", resource, 200 * MIB, "{}]," + HEADER);

        assertThat(StateHeader.of(state)).contains(new StateHeader(7, "b3a1"));
        assertThat(state.measurements()).isEqualTo(6);
        assertConstantMemory(state);
    }

    @Test
    void behindOneStringOfTwoHundredMegabytes() throws IOException {
        MadeUpStream state =
                new MadeUpStream("{\"encrypted_data\":\"", n -> "AbC+/9".repeat(500), 200 * MIB, "\"," + HEADER);

        assertThat(StateHeader.of(state)).contains(new StateHeader(7, "b3a1"));
        assertThat(state.measurements()).isEqualTo(6);
        assertConstantMemory(state);
    }

    @Test
    void behindMillionsOfDifferentNames() throws IOException {
        MadeUpStream state = new MadeUpStream(
                "{\"outputs\":{", n -> "\"output-" + n + "\":" + n + ",", 100 * MIB, "\"z\":0}," + HEADER);

        assertThat(StateHeader.of(state)).contains(new StateHeader(7, "b3a1"));
        assertThat(state.measurements()).isEqualTo(3);
        assertConstantMemory(state);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{\"lineage\":\", x",
                "{\", x",
                "{\"serial\":, 9",
                "{\"other\":, 9",
                "{\"other\":0., 9",
                "{\"other\":, [",
                "{\"other\":, {\"a\":",
            })
    void contentThatNobodyCanReadIsGivenUpEarly(String head, String piece) throws IOException {
        MadeUpStream state = new MadeUpStream(head, n -> piece, 50 * MIB, HEADER);

        assertThat(StateHeader.of(state)).isEmpty();
        assertThat(state.position()).isLessThan(2 * MIB);
    }

    @Test
    void theMeasurementSeesContentThatIsKept() {
        MadeUpStream state = new MadeUpStream("", n -> "x".repeat(1024), 50 * MIB, "");
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = state.read(buffer, 0, 8192); count > 0; count = state.read(buffer, 0, 8192)) {
            kept.write(buffer, 0, count);
        }

        assertThat(kept.size()).isEqualTo(50 * MIB);
        assertThat(state.largestGrowth()).isGreaterThan(30 * MIB);
    }

    private static void assertConstantMemory(MadeUpStream state) {
        assertThat(state.largestGrowth()).isLessThan(ALLOWED_GROWTH);
        assertThat(state.largestBuffer()).isLessThanOrEqualTo(8192);
    }
}
