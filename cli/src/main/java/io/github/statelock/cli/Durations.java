package io.github.statelock.cli;

import io.github.statelock.spi.UriOptions;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.TypeConversionException;

/** Times on the command line, written as in a store's URI, and for people. */
final class Durations {

    private Durations() {}

    static Duration parse(String text) {
        Duration duration;
        try {
            duration = text.equals("0") ? Duration.ZERO : UriOptions.parseDuration(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is not a time such as 500ms, 30s, 5m or 1h");
        }
        if (duration.isNegative()) {
            throw new TypeConversionException("'" + text + "' is negative");
        }
        return duration;
    }

    /** Such as {@code 1h02m}, {@code 3m05s} or {@code 42s}. */
    static String show(Duration duration) {
        if (duration.toHours() > 0) {
            return String.format("%dh%02dm", duration.toHours(), duration.toMinutesPart());
        }
        if (duration.toMinutes() > 0) {
            return String.format("%dm%02ds", duration.toMinutes(), duration.toSecondsPart());
        }
        return duration.toSeconds() + "s";
    }
}
