package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StateSerialTest {

    private static String replaced(String content, long serial) {
        return new String(StateSerial.replace(content.getBytes(UTF_8), serial), UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"serial\":1,\"lineage\":\"L\"}|{\"serial\":100,\"lineage\":\"L\"}",
                "{\"lineage\":\"ü€😀\", \"serial\" : 7 }|{\"lineage\":\"ü€😀\", \"serial\" : 100 }",
                "{\"outputs\":{\"serial\":3,\"x\":[{\"serial\":4}]},\"serial\":0}|{\"outputs\":{\"serial\":3,\"x\":[{\"serial\":4}]},\"serial\":100}",
                "{\"serial\":12345,\"serial\":6}|{\"serial\":100,\"serial\":6}",
                "{\"a\":\"\\\"serial\\\":1\",\"serial\":1,\"b\":1.50}|{\"a\":\"\\\"serial\\\":1\",\"serial\":100,\"b\":1.50}",
            })
    void onlyTheSerialAtTheTopChanges(String before, String after) {
        assertThat(replaced(before, 100)).isEqualTo(after);
    }

    @Test
    void theSerialOfALargeStateIsFoundBehindEverythingElse() {
        String filler = "\"x\":\"" + "é".repeat(1_000_000) + "\",";
        assertThat(replaced("{" + filler + "\"serial\":9}", 10)).isEqualTo("{" + filler + "\"serial\":10}");
    }

    @Test
    void contentIsNotQuotedWhereItIsBroken() {
        assertThatThrownBy(() -> replaced("{\"serial\":1,\n \"x\": topsecret}", 2))
                .hasMessage("The old version is not a whole state file: line 2, column 7 is no JSON.");
        assertThatThrownBy(() -> replaced("{\"serial\":1,", 2)).hasMessageNotContaining("Source");
    }

    @Test
    void whatIsEncryptedIsKnownWithASerialOutsideAndWithout() {
        for (String fields : new String[] {"", "\"serial\":1,\"lineage\":\"L\",", "\"meta\":{\"a\":[1,{}]},"}) {
            byte[] content = ("{" + fields + "\"encrypted_data\":\"AAAA\"}").getBytes(UTF_8);
            assertThatThrownBy(() -> StateSerial.requirePlain(content)).hasMessageContaining("The state is encrypted");
        }
        for (String plain :
                new String[] {"{\"outputs\":{\"encrypted_data\":1}}", "[\"encrypted_data\"]", "{\"a\":", "x", "\u0000"
                }) {
            StateSerial.requirePlain(plain.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"serial\":1,\"lineage\":\"L\",\"encrypted_data\":\"x\"}",
                "{\"encrypted_data\":\"x\",\"serial\":1}",
                "{\"lineage\":\"L\"}",
                "{\"serial\":\"1\"}",
                "{\"serial\":1,",
                "[]",
            })
    void whatHasNoSerialToRaiseIsRefused(String content) {
        assertThatThrownBy(() -> replaced(content, 2)).isInstanceOf(FailureException.class);
    }
}
