package io.github.statelock.testkit;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The head of a request that reached a {@link FaultProxy}, and ways to choose requests. Immutable, so safe for any number of
 * threads.
 *
 * @param method the method, as sent
 * @param target path and query, as sent: percent-encoded
 * @param headers the headers by lower-case name; the values of one that was sent several times are joined by {@code ", "}
 */
public record WireRequest(String method, String target, Map<String, String> headers) {

    /**
     * Copies the headers.
     *
     * @param method the method, as sent
     * @param target path and query, as sent
     * @param headers the headers by lower-case name
     */
    public WireRequest {
        headers = Map.copyOf(headers);
    }

    /**
     * Returns the target without its query.
     *
     * @return the path, percent-encoded
     */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /**
     * Returns a header's value.
     *
     * @param name its name in any case
     * @return its value, or empty where the request doesn't have it
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * Chooses every request.
     *
     * @return a predicate that is always true
     */
    public static Predicate<WireRequest> any() {
        return request -> true;
    }

    /**
     * Chooses by method.
     *
     * @param method the method
     * @return a predicate for it
     */
    public static Predicate<WireRequest> method(String method) {
        return request -> request.method.equals(method);
    }

    /**
     * Chooses by path or query.
     *
     * @param text what the target contains, percent-encoded as it is sent
     * @return a predicate for it
     */
    public static Predicate<WireRequest> targetContains(String text) {
        return request -> request.target.contains(text);
    }

    /**
     * Chooses by header.
     *
     * @param name the header's name in any case
     * @param text what its value contains, such as {@code PutItem} for the header {@code X-Amz-Target}
     * @return a predicate for it
     */
    public static Predicate<WireRequest> header(String name, String text) {
        return request ->
                request.header(name).filter(value -> value.contains(text)).isPresent();
    }
}
