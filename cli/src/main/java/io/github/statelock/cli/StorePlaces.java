package io.github.statelock.cli;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.spi.UriOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Where two stores are, before they are opened. */
final class StorePlaces {

    /** The options that say where a store is. All others say how to reach or use it. */
    private static final Set<String> PLACE = Set.of("endpoint", "workspace", "workspace_key_prefix");

    private static final Set<String> FOLDERS = Set.of("file", "tfdir");

    private static final Pattern NOT_UNDERSTOOD =
            Pattern.compile("The store's URI |A store's URI |No backend on the classpath ");

    private static final String AZURE = "azblob:";
    private static final String BREAK_UNNAMED = "break_unnamed_leases=";

    private StorePlaces() {}

    /** Whether two URIs surely name one store. Two that do not may still do so. */
    static boolean areOne(URI one, URI other) {
        return place(one).equals(place(other));
    }

    private static String place(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (uri.isOpaque()) {
            return scheme + ":" + uri.getSchemeSpecificPart().replaceFirst("\\?.*", "");
        }
        if (FOLDERS.contains(scheme)) {
            return "file:" + realPath(Path.of(String.valueOf(uri.getPath())));
        }
        String path = String.valueOf(uri.normalize().getPath()).replaceAll("^/+|/+$", "");
        return scheme + "://" + uri.getRawAuthority() + "/" + path + "?" + options(uri);
    }

    private static Set<String> options(URI uri) {
        Set<String> found = new TreeSet<>();
        for (String option : String.valueOf(uri.getRawQuery()).split("&", -1)) {
            if (PLACE.contains(option.replaceFirst("=.*", ""))) {
                found.add(option);
            }
        }
        return found;
    }

    private static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize(); // it is not there yet
        }
    }

    /** Whether opening the store would make it: a folder that is not there. */
    static boolean isMissing(URI uri) {
        return folder(uri).filter(Files::notExists).isPresent();
    }

    /** The folder that a URI names; empty for other URIs, and for a path that opening it says what is wrong with. */
    private static Optional<Path> folder(URI uri) {
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!FOLDERS.contains(scheme)
                || uri.getRawAuthority() != null
                || uri.getPath() == null
                || uri.getPath().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Path.of(uri.getPath()));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Whether the store is in the memory of this process, and ends with it. */
    static boolean isPassing(URI uri) {
        return "mem".equalsIgnoreCase(uri.getScheme());
    }

    /** Whether opening a store failed by its URI alone, before anything was asked. All providers begin alike there. */
    static boolean isNotUnderstood(BackendMisconfiguredException e) {
        return NOT_UNDERSTOOD.matcher(String.valueOf(e.getMessage())).lookingAt();
    }

    /**
     * How a command names its store to free a lock whose record is unreadable. On Azure the URI must allow that.
     *
     * @param named how the command names it; empty where the environment does
     */
    static String breakingUnnamed(String named) {
        String uri = named.isEmpty() ? String.valueOf(System.getenv("STATELOCK_STORE")) : named;
        if (!uri.regionMatches(true, 0, AZURE, 0, AZURE.length())) {
            return named;
        }
        return uri.contains(BREAK_UNNAMED)
                ? uri.replaceFirst(BREAK_UNNAMED + "[^&]*", BREAK_UNNAMED + "true")
                : uri + (uri.contains("?") ? "&" : "?") + BREAK_UNNAMED + "true";
    }

    /** The store without options, for those who meet its name in a lock. */
    static String name(URI uri) {
        return UriOptions.place(uri);
    }
}
