package io.github.statelock.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The parts of a store's URI, for what is told of a store besides opening it. */
final class StoreUri {

    private StoreUri() {}

    /** A parameter's value; empty if it is not there. */
    static Optional<String> option(URI uri, String name) {
        for (String option : String.valueOf(uri.getRawQuery()).split("&", -1)) {
            if (option.startsWith(name + "=")) {
                return Optional.of(URLDecoder.decode(option.substring(name.length() + 1), StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    /** The same store in that workspace of Terraform's, whose name needs no escape. */
    static URI inWorkspace(URI uri, String workspace) {
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + "workspace=" + workspace);
    }

    /** A path as a URI has it. */
    static String encoded(String path) {
        try {
            return new URI(null, null, "/" + path, null).getRawPath().substring(1);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The store's prefix without slashes around it; empty if it has none. */
    static String prefix(URI uri) {
        return String.valueOf(uri.getPath() == null ? "" : uri.getPath()).replaceAll("^/+|/+$", "");
    }
}
