package io.github.statelock.spi;

import io.github.statelock.BackendMisconfiguredException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parameters in a store's URI, for a {@link io.github.statelock.BackendProvider}. Each is asked for once; what is left
 * over was not understood. Not safe for use by several threads.
 */
public final class UriOptions {

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    /** The beginning of a URI up to its path: the scheme with its slashes, what is before the @, and the host with its port. */
    private static final Pattern BEGINNING =
            Pattern.compile("^((?:[^:/@]*+:)?+(?://)?+)(?:([^/]*)@)?((?:\\[[^]/]*]|[^:/]*)(?::[0-9]*)?)(?=/|$)");
    /** The schemes whose URIs have a name before the @, and not a user. */
    private static final Set<String> NAMED_BEFORE_AT = Set.of("azblob://");

    private final URI uri;
    private final Map<String, String> left = new LinkedHashMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    /**
     * The parameters of a query.
     *
     * @param uri the URI, for messages
     * @param query its raw query; null if there is none
     * @throws BackendMisconfiguredException if a parameter is there twice
     */
    public UriOptions(URI uri, @Nullable String query) {
        this.uri = uri;
        if (query == null || query.isEmpty()) {
            return;
        }
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            String name = decode(equals < 0 ? parameter : parameter.substring(0, equals));
            if (left.put(name, equals < 0 ? "" : decode(parameter.substring(equals + 1))) != null) {
                throw problem("names " + name + " twice");
            }
        }
    }

    /**
     * A positive time, such as {@code 500ms}, {@code 10s} or {@code 5m}.
     *
     * @param name the parameter
     * @param setter told the value if there is one
     * @throws BackendMisconfiguredException if the value is none, or the setter refuses it
     */
    public void duration(String name, Consumer<Duration> setter) {
        take(name, "a positive time such as 500ms, 10s or 5m", UriOptions::parseDuration, setter);
    }

    /**
     * A number.
     *
     * @param name the parameter
     * @param setter told the value if there is one
     * @throws BackendMisconfiguredException if the value is none, or the setter refuses it
     */
    public void number(String name, Consumer<Long> setter) {
        take(name, "a number", Long::parseLong, setter);
    }

    /**
     * True or false.
     *
     * @param name the parameter
     * @param setter told the value if there is one
     * @throws BackendMisconfiguredException if the value is neither, or the setter refuses it
     */
    public void flag(String name, Consumer<Boolean> setter) {
        take(name, "true or false", UriOptions::flagOf, setter);
    }

    /**
     * Any text.
     *
     * @param name the parameter
     * @param setter told the value if there is one
     * @throws BackendMisconfiguredException if the setter refuses the value
     */
    public void text(String name, Consumer<String> setter) {
        take(name, "a text", value -> value, setter);
    }

    /**
     * The URI of an endpoint. A user and a query in it are refused, and no message repeats them.
     *
     * @param name the parameter
     * @param setter told the value if there is one
     * @throws BackendMisconfiguredException if the value is no URI, or has a user or a query, or the setter refuses it
     */
    public void uri(String name, Consumer<URI> setter) {
        text(name, text -> setter.accept(endpoint(name, text)));
    }

    private URI endpoint(String name, String text) {
        try {
            URI endpoint = new URI(text);
            boolean user = endpoint.getRawAuthority() != null
                    && endpoint.getRawAuthority().contains("@");
            if (user || endpoint.getRawQuery() != null) {
                throw problem("has a user or a query in " + name + ". Credentials have no place in a URI");
            }
            return endpoint;
        } catch (URISyntaxException e) { // without its cause, whose message has the whole text
            throw problem("has a parameter " + name + " that is no URI: " + e.getReason());
        }
    }

    /**
     * Refuses what nobody asked for.
     *
     * @throws BackendMisconfiguredException if a parameter is left; the message names those that are known
     */
    public void refuseOthers() {
        if (!left.isEmpty()) {
            throw problem("has the unknown parameter "
                    + left.keySet().iterator().next() + ". Known are " + String.join(", ", known));
        }
    }

    private <T> void take(String name, String allowed, Function<String, T> parser, Consumer<T> setter) {
        known.add(name);
        Optional<String> value = Optional.ofNullable(left.remove(name));
        Optional<T> parsed;
        try {
            parsed = value.map(parser);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw refused(name, value, "is not " + allowed, e);
        }
        try {
            parsed.ifPresent(setter);
        } catch (IllegalArgumentException e) {
            throw refused(name, value, "is refused: " + e.getMessage(), e);
        }
    }

    private BackendMisconfiguredException refused(String name, Optional<String> value, String why, Exception cause) {
        return new BackendMisconfiguredException(
                "The store's URI " + place(uri) + " has " + name + "=" + value.orElse("") + ", which " + why + ".",
                cause);
    }

    private BackendMisconfiguredException problem(String what) {
        return new BackendMisconfiguredException("The store's URI " + place(uri) + " " + what + ".", null);
    }

    /**
     * A URI as messages may show it: scheme, host, port and path. Its query and whatever is before an @ may hold a secret;
     * only the container's name in {@code azblob://container@account} is shown.
     *
     * @param uri the URI of a store or an endpoint
     * @return what may be shown of it
     */
    public static String place(URI uri) {
        return place(uri.toString());
    }

    /**
     * A text as messages may show it that should be a URI and may be none, as {@link #place(URI)}.
     *
     * @param text the text
     * @return what may be shown of it
     */
    public static String place(String text) {
        String path = text.replaceFirst("(?s)[?#].*", "");
        Matcher m = BEGINNING.matcher(path);
        if (!m.find()) { // such as a password that has not been written as a URI wants it
            return path.replaceFirst("(?s):.*", ":");
        }
        String before = m.group(2);
        boolean isName = before != null
                && !before.contains(":")
                && NAMED_BEFORE_AT.contains(m.group(1).toLowerCase(Locale.ROOT));
        return m.group(1) + (isName ? before + "@" : "") + m.group(3) + path.substring(m.end());
    }

    /**
     * A time as it is written in a URI.
     *
     * @param text such as {@code 500ms}, {@code 10s}, {@code 5m}, {@code 1h} or {@code PT10S}
     * @return the time
     * @throws DateTimeParseException if it is none
     */
    public static Duration parseDuration(String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            return Duration.parse(text);
        }
        long amount = Long.parseLong(m.group(1));
        return switch (m.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    private static Boolean flagOf(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
