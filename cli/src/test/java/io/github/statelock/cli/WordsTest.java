package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Times, words for a shell, and JSON. */
class WordsTest {

    @Test
    void theOptionsOfAGuardedCommandAreItsOwn() {
        assertThat(Main.isVerbose("show", "k", "--verbose")).isTrue();
        assertThat(Main.isVerbose("lock", "k", "--verbose", "--", "true")).isTrue();
        assertThat(Main.isVerbose("lock", "k", "--", "mvn", "--verbose")).isFalse();
        assertThat(Main.isVerbose("lock", "k", "--", "true")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0,PT0S", "500ms,PT0.5S", "30s,PT30S", "5m,PT5M", "2h,PT2H", "PT1M5S,PT1M5S"})
    void timesAreReadAsInUris(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "PT-5S", "5 s", "soon"})
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(TypeConversionException.class);
    }

    @ParameterizedTest
    @CsvSource({"PT0S,0s", "PT59S,59s", "PT3M5S,3m05s", "PT1H2M3S,1h02m", "PT100H,100h00m"})
    void timesAreShownShort(Duration duration, String expected) {
        assertThat(Durations.show(duration)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a/b.tfstate|a/b.tfstate",
                "a b|'a b'",
                "it's|'it'\\''s'",
                "$(x)|'$(x)'",
                "s3://b?x=1&y=2|'s3://b?x=1&y=2'"
            })
    void wordsAreQuotedForAShell(String word, String expected) {
        assertThat(Shell.quote(word)).isEqualTo(expected);
    }

    @Test
    void whatATerminalWouldActOnIsNotInAQuotedWord() {
        assertThat(Shell.quote("")).isEqualTo("''");
        assertThat(Shell.quote("a\u001B[2Jb\u202E\n")).isEqualTo("'a\uFFFD[2Jb\uFFFD\uFFFD'");
    }

    @Test
    void anIdIsShownInAFormThatIsTakenBack() {
        assertThat(Shell.escape("6f1f2c1e-8b3d")).isEqualTo("6f1f2c1e-8b3d");
        assertThat(Shell.escape("a\u001Bb\u202E\n\u00e4")).isEqualTo("a\\u001bb\\u202e\\u000a\u00e4");
        assertThat(Shell.escape("-a-\uFFFD")).isEqualTo("\\u002da-\\ufffd");
    }

    @Test
    void jsonIsWrittenOnOneLineInTheOrderOfItsFields() {
        Json.Fields value = Json.object()
                .with("z", 1)
                .with("a", List.of("x\n\"", 2L, true))
                .with("none", null)
                .with("object", Json.object().with("time", Duration.ZERO));
        assertThat(Json.write(value))
                .isEqualTo("{\"z\":1,\"a\":[\"x\\n\\\"\",2,true],\"none\":null,\"object\":{\"time\":\"PT0S\"}}");
    }
}
