package io.github.statelock.terraform;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Times as Go's {@code encoding/json} writes them: RFC 3339, nanoseconds without trailing zeros, years 0 to 9999. */
final class GoTime {

    /** What Go has where no time was given. */
    static final Instant ZERO = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private static final DateTimeFormatter RFC_3339 = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4)
            .appendPattern("-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendOffset("+HH:MM", "Z")
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private GoTime() {}

    /** The time in UTC. Throws {@link IllegalArgumentException} outside the years 0 to 9999, as Go refuses them. */
    static String format(Instant time) {
        if (isOutOfRange(time)) {
            throw new IllegalArgumentException("Created is " + time + ", outside the years 0 to 9999 of RFC 3339");
        }
        return RFC_3339.format(time.atOffset(ZoneOffset.UTC));
    }

    /** The instant of a time with any offset. Throws {@link DateTimeException} if it is none, or out of range in UTC. */
    static Instant parse(String text) {
        Instant time = RFC_3339.parse(text, Instant::from);
        if (isOutOfRange(time)) {
            throw new DateTimeException("outside the years 0 to 9999");
        }
        return time;
    }

    private static boolean isOutOfRange(Instant time) {
        return time.isBefore(FIRST) || !time.isBefore(END);
    }
}
